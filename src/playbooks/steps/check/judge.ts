import { messageOf } from '../../../base/errors.ts';
import { withinTimeLimit } from '../../../base/time-limit.ts';
import type { Finding, FindingFix } from '../../finding.ts';
import type { PlanContext, Scope } from '../../step-kind.ts';
import { shellWord } from '../explain.ts';
import { asList } from '../step-shapes.ts';
import type { Collected } from './collect.ts';
import type { FindingRule } from './finding-rule.ts';
import { fixOf } from './fix-of.ts';
import { unreadOf } from './unread.ts';

/** A list may be long, and each item an expression that takes its time: the screen waits meanwhile. */
const longestMs = 5000;

/** More findings of one rule than a person reads are counted. */
const mostOfOne = 20;

/** What a rule finds in what was collected: one finding, or with `each` one for every item that fails. Never throws. */
export function judge(rule: FindingRule, { values, errors }: Collected, context: PlanContext): Finding[] {
  const level = rule.level ?? 'fatal';
  const cannot = (observed: string): Finding => ({
    ...headOf(rule, values, context),
    ...{ level, observed, unread: true },
    ...repairOf(rule, undefined, values, context),
  });
  try {
    // What could not be read must not pass for what is there: the reason stands in for the figure.
    const unread = unreadOf([rule.when, rule.expect, rule.each], errors);
    if (unread !== undefined) return [cannot(unread)];
    if (rule.when !== undefined && context.evaluate(rule.when, values) !== true) return [];
    if (rule.each !== undefined) return withinTimeLimit(longestMs, () => ofEach(rule, values, context));
    if (context.evaluate(rule.expect ?? 'true', values) === true)
      return [{ ...headOf(rule, values, context), level: 'ok', observed: text(rule.observed, values, context) }];
    return [notSo(rule, values, values, context)];
  } catch (error) {
    return [cannot(messageOf(error))];
  }
}

function ofEach(rule: FindingRule, values: Scope, context: PlanContext): Finding[] {
  const each = rule.each ?? '';
  const items = each.includes('${' + '{') ? context.render<unknown>(each, values) : context.evaluate(each, values);
  if (!Array.isArray(items)) throw new Error('`each` did not come to a list');
  const scopes = items.map((item): Scope => ({ ...values, [rule.as ?? 'item']: item }));
  const failing = scopes.filter((scope) => rule.expect === undefined || context.evaluate(rule.expect, scope) !== true);
  if (failing.length === 0) {
    const observed = items.length === 0 ? 'there is none' : `so for all ${items.length}`;
    return [{ ...headOf(rule, values, context), level: 'ok', observed }];
  }
  const findings = failing.slice(0, mostOfOne).map((scope) => notSo(rule, values, scope, context));
  const last = findings.at(-1);
  const more = failing.length - findings.length;
  if (last && more > 0) last.evidence = [...(last.evidence ?? []), `and ${more} more like it`];
  return findings;
}

/** `scope` has the item too, where there is one; what names the finding does not speak of it. */
function notSo(rule: FindingRule, values: Scope, scope: Scope, context: PlanContext): Finding {
  const evidence = asList(rule.evidence)
    .flatMap((line) => text(line, scope, context).split('\n'))
    .filter(Boolean);
  const fix = fixOf(rule.fix, scope, context);
  return {
    ...headOf(rule, values, context),
    level: rule.level ?? 'fatal',
    observed: text(rule.observed, scope, context),
    ...(evidence.length > 0 ? { evidence } : {}),
    ...repairOf(rule, fix, scope, context),
    ...(rule.cause === undefined ? {} : { cause: text(rule.cause, scope, context) }),
    ...certainty(rule, scope, context),
    ...(rule.explains ? { explains: rule.explains } : {}),
    ...(fix ? { fix } : {}),
  };
}

function headOf(rule: FindingRule, values: Scope, context: PlanContext): Pick<Finding, 'id' | 'title' | 'expected'> {
  const { id, title, expected } = rule;
  return {
    ...(id === undefined ? {} : { id }),
    title: text(title, values, context),
    expected: text(expected, values, context),
  };
}

function certainty({ certainty: written }: FindingRule, scope: Scope, context: PlanContext): { certainty?: number } {
  if (written === undefined) return {};
  const value = Number(typeof written === 'number' ? written : text(written, scope, context));
  return Number.isFinite(value) ? { certainty: Math.min(100, Math.max(0, value)) } : {};
}

/** Its own sentence, else the command that runs the fix; where several were offered, what is there counts first. */
function repairOf(
  { repair, fix: written }: FindingRule,
  fix: FindingFix | undefined,
  scope: Scope,
  context: PlanContext,
): { repair?: string } {
  if (repair !== undefined && !(fix && Array.isArray(written))) return { repair: text(repair, scope, context) };
  if (!fix) return {};
  const { console: program = 'tars-console' } = (context.scope.cluster ?? {}) as { console?: string };
  const given = Object.entries(fix.with ?? {}).map(([name, value]) => ` --set ${shellWord(`${name}=${value}`)}`);
  const forSystem = fix.system === undefined ? '' : ` --system ${fix.system}`;
  return { repair: `${program} run ${fix.playbook}${forSystem}${given.join('')}` };
}

function text(written: unknown, scope: Scope, context: PlanContext): string {
  try {
    const value = context.render(written, scope);
    return typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
  } catch (error) {
    return messageOf(error);
  }
}
