import { Problem } from '../../base/errors.ts';
import type { FlatStep } from '../plan.ts';
import type { PlanContext, StepKind } from '../step-kind.ts';
import type { ApplyConfig } from '../steps/apply/config.ts';
import type { KeySource } from '../steps/secret/sources.ts';
import { applyLines } from './apply-lines.ts';
import type { ShellInputs } from './cel-shell.ts';
import { secretLines } from './secret-lines.ts';
import type { ShellTokens } from './shell-tokens.ts';

export interface StepLines {
  lines: string[];
  notes: string[];
  /** Why only a person can do it. */
  byHand?: string;
}

interface Given {
  place: FlatStep;
  kind: StepKind | undefined;
  inputs: ShellInputs;
  context: PlanContext;
  tokens: ShellTokens;
}

/** What a step does as lines of shell, by its kind; for most kinds what they say themselves that they stand for. */
export async function stepLines(given: Given): Promise<StepLines> {
  const { place, context, tokens, inputs } = given;
  const { step } = place;
  if (step.kind === 'apply') {
    const test = (cel: string) => tokens.test(cel, inputs);
    return applyLines({ config: step.config as ApplyConfig, context, tokens, test, timeoutMs: step.timeoutMs });
  }
  if (step.kind === 'secret') return secret(given);
  if (step.kind === 'confirm') return confirm(given);
  if (step.kind === 'input') return { lines: [], notes: [], byHand: 'It asks for values that later steps use.' };
  if (step.kind === 'foreach')
    return { lines: [], notes: [], byHand: 'It does the same for each item of a list that only a run knows.' };
  const said = await commandsOf(given);
  if (said === undefined) return { lines: [], notes: [], byHand: 'What it is about is only known while it runs.' };
  const lines = said.filter((line) => !line.startsWith('#')).map((line) => tokens.inLine(line.replace(/^\$ /, '')));
  const notes = said.filter((line) => line.startsWith('#')).map((line) => tokens.inProse(line.replace(/^#\s*/, '')));
  if (step.kind === 'check') return check(given, lines, notes);
  if (step.kind === 'http') {
    // An answer of 400 or above is a failure, as it is for the step.
    const failing = lines.map((line) => line.replace(/^curl -sS /, 'curl -fsS '));
    return { lines: withForward(failing), notes: [...notes, ...expected(step.config, 'http')] };
  }
  if (lines.length === 0)
    return { lines, notes, byHand: `A step of the kind ${step.kind} has no commands of its own.` };
  return { lines: withForward(lines), notes };
}

/** Undefined where the name of its object comes from a step before it, or from an input. */
async function commandsOf({ place: { step }, kind, context }: Given): Promise<string[] | undefined> {
  try {
    return (await kind?.equivalent(step.config, context)) ?? [];
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function secret({ place, context, tokens }: Given): StepLines {
  const { config } = place.step;
  const { name, keys, type, ...more } = context.render(config.secret) as {
    name: string;
    type?: string;
    keys?: Record<string, KeySource>;
    docker?: unknown;
    rotate?: unknown;
    replace?: unknown;
  };
  const simple = keys && !more.docker && !more.rotate && !more.replace;
  const { namespace, system } = context;
  const lines = simple && secretLines({ name, type, keys, step: place.step.id, namespace, system, tokens });
  if (lines) return { lines, notes: ['Keys that are there already are kept.'] };
  return { lines: [], notes: [], byHand: `Make the Secret ${name} in the namespace ${namespace} yourself.` };
}

function confirm({ place, context, tokens }: Given): StepLines {
  const { confirm: asked } = place.step.config as { confirm: string | { text: string; typed?: string } };
  const { text, typed } = typeof asked === 'string' ? { text: asked, typed: undefined } : asked;
  const shown = context.render({ text, typed });
  const word = (plain: string) => tokens.inLine(`'${plain.replaceAll("'", `'\\''`)}'`);
  return { lines: [`confirm ${word(shown.text)} ${word(shown.typed ?? 'y')}`], notes: [] };
}

/** What a check reads is read; what it expects is said, as a shell cannot judge it. */
function check({ place }: Given, lines: string[], notes: string[]): StepLines {
  const { findings = [] } = place.step.config.check as {
    findings?: { title: string; expect?: string; each?: string; level?: string }[];
  };
  const fatal = findings.some(({ level = 'fatal' }) => level === 'fatal');
  return {
    lines: lines.map((line) => `${line} >/dev/null || ${fatal ? 'by_eye' : 'true'}`),
    notes: [...notes, ...findings.map((finding) => `To be so: ${finding.title}${inBrackets(finding)}`)],
  };
}

/** What is to be true; of a finding for each item of a list without more, that the list is empty. */
function inBrackets({ expect, each }: { expect?: string; each?: string }): string {
  if (expect !== undefined) return ` (${oneLine(expect)})`;
  return each === undefined ? '' : ` (none of ${oneLine(each)})`;
}

function expected(config: Record<string, unknown>, key: string): string[] {
  const { expect } = (config[key] ?? {}) as { expect?: string };
  return expect === undefined ? [] : [`Expected: ${oneLine(expect)}`];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A forwarded port is waited for, and closed behind what used it, however that ended. */
function withForward(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => line.endsWith(' &'));
  if (at < 0) return [...lines];
  const forward = lines[at]?.slice(0, -2) ?? '';
  const rest = lines.slice(at + 1);
  if (rest.length === 0) return [...lines.slice(0, at), forward];
  const begun = [`${forward} >/dev/null &`, 'forward=$!', `trap 'kill "$forward"' EXIT`, 'sleep 2'];
  return [...lines.slice(0, at), '(', ...begun, ...rest, ')'];
}
