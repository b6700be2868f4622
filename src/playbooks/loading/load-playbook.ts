import { basename, dirname } from 'node:path';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import { hasErrors, sortDiagnostics } from '../../yaml/diagnostics.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { parseYamlFile } from '../../yaml/parse-file.ts';
import { diagnosticOfFile } from '../../yaml/source.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath, validateYaml } from '../../yaml/validate.ts';
import { findPlaybook, type PlaybookRoot, playbookNames } from '../find-playbook.ts';
import { defineInput, inputSchema } from '../input-schema.ts';
import type { ManifestSet } from '../manifest-set.ts';
import type { InputDefinition, LoadOutcome, Playbook } from '../model.ts';
import { playbookSchema } from '../schema.ts';
import type { StepKind } from '../step-kind.ts';
import { callOf, checkPassed } from './calls.ts';
import { checkSteps } from './check-steps.ts';
import { asItIs, checkDiagnosis, goneOnAfter } from './diagnosis.ts';
import { checkExpression } from './expression.ts';
import { checkFixes } from './finding-fixes.ts';
import { checkInputSources } from './input-sources.ts';
import { noSteps } from './known-steps.ts';
import { type LoadedStep, loadSteps, withInner } from './loaded-step.ts';
import { placesOf } from './places.ts';
import { checkPlaybookTexts } from './texts.ts';
import { checkWithoutCluster } from './without-cluster.ts';

export interface LoadOptions {
  /** The workspace's before the bundled ones: the first that has a playbook wins. */
  roots: readonly PlaybookRoot[];
  stepKinds: readonly StepKind[];
  /** The workspace's manifests where they stand in for the bundled ones. */
  manifests?: ManifestSet | undefined;
  /**
   * Leaves the contents of manifests and scenarios unread, and the program's own playbooks unchecked beyond their shape: for a list
   * or a menu, which must be there at once.
   */
  quick?: boolean | undefined;
  /** What was read already, so that a catalog reads each file once; valid for one set of options. */
  memo?: LoadMemo | undefined;
  /** How a path is said to a person; as it is, without this. */
  shown?: (path: string) => string;
}

export interface LoadMemo {
  playbooks: Map<string, LoadOutcome<Playbook>>;
  manifests: Map<string, Diagnostic[]>;
}

export function createLoadMemo(): LoadMemo {
  return { playbooks: new Map(), manifests: new Map() };
}

/** Reads `<system>/<name>` with the playbooks that it calls. Never throws for what is wrong with the files: every problem is in `diagnostics`. */
export function loadPlaybook(ref: string, options: LoadOptions): LoadOutcome<Playbook> {
  const found = findPlaybook(ref, options.roots);
  if (found) return loadPlaybookFile(found.file, { ...options, source: found.source });
  const hint = suggestion(ref, playbookNames(options.roots), 'playbooks');
  return {
    value: undefined,
    diagnostics: [diagnosticOfFile(ref, { message: `there is no playbook \`${ref}\``, hint })],
  };
}

/** Reads a playbook's file; its system is the name of its folder. */
export function loadPlaybookFile(
  file: string,
  options: LoadOptions & { source?: Playbook['source'] },
): LoadOutcome<Playbook> {
  const { value, diagnostics } = load(file, options.source ?? 'workspace', {
    ...options,
    memo: options.memo ?? createLoadMemo(),
    trail: [],
  });
  return { value: hasErrors(diagnostics) ? undefined : value, diagnostics: sortDiagnostics(diagnostics) };
}

type Loading = LoadOptions & { trail: readonly string[] };

function load(file: string, source: Playbook['source'], options: Loading): LoadOutcome<Playbook> {
  const known = options.memo?.playbooks.get(file);
  if (known) return known;
  const outcome = read(file, source, options);
  options.memo?.playbooks.set(file, outcome);
  return outcome;
}

function read(file: string, source: Playbook['source'], options: Loading): LoadOutcome<Playbook> {
  const shown = options.shown ?? ((path: string) => path);
  const document = parseYamlFile(file, shown(file));
  const { value, diagnostics } = validateYaml(document, playbookSchema);
  const written = asMap(document.value);
  const steps = loadSteps(document, ['steps'], written.steps, options.stepKinds);
  const playbook: Playbook = {
    ref: refOf(file),
    system: basename(dirname(file)),
    name: basename(file, '.yaml'),
    title: value?.title ?? '',
    folder: dirname(file),
    file,
    source,
    inputs: {},
    steps: steps.flatMap(({ definition }) => definition ?? []).map(value?.diagnosis ? goneOnAfter : asItIs),
    calls: {},
    ...(value?.description ? { description: value.description } : {}),
    ...(value?.['at-once'] ? { atOnce: value['at-once'] } : {}),
    ...(value?.next ? { next: value.next } : {}),
    ...(value?.diagnosis ? { diagnosis: true } : {}),
    ...(value?.cluster ? { cluster: value.cluster } : {}),
  };
  const reading = { document, options, playbook, steps };
  const files = {
    document,
    folder: playbook.folder,
    manifests: options.manifests,
    checked: options.memo?.manifests ?? new Map<string, Diagnostic[]>(),
    quick: options.quick === true,
    shown,
  };
  const follow = (step: LoadedStep) => followCall(step, reading);
  const all = [
    ...document.diagnostics,
    ...diagnostics,
    ...withInner(steps).flatMap((step) => step.diagnostics),
    ...readInputs(reading, asMap(written.inputs)),
  ];
  // The program's own have been held against each other before they were shipped; a menu need not wait for that again.
  if (options.quick && source === 'bundled')
    return { value: playbook, diagnostics: [...all, ...withInner(steps).flatMap(follow)] };
  return {
    value: playbook,
    diagnostics: [
      ...all,
      ...checkPlaybookTexts(document, written, playbook.inputs),
      ...checkSteps(steps, { document, playbook, stepKinds: options.stepKinds, files, follow }),
      ...withInner(steps).flatMap((step) => checkFixes(document, step, options.roots)),
      // What its steps call is known by now.
      ...checkDiagnosis(document, playbook, steps, options.stepKinds),
      ...checkWithoutCluster(document, playbook, steps, options.stepKinds),
    ],
  };
}

interface Reading {
  document: LocatedDocument;
  options: Loading;
  playbook: Playbook;
  steps: LoadedStep[];
}

/** Fills the playbook's inputs, also when the rest of the file is faulty, so that uses of them are not reported as unknown. */
function readInputs({ document, playbook, steps }: Reading, written: Record<string, unknown>): Diagnostic[] {
  const faults = Object.entries(written).flatMap(([name, input]) => {
    const { data } = inputSchema.safeParse(input);
    if (!data) {
      playbook.inputs[name] = { description: '', type: 'string', ...typeWritten(asMap(input).type) };
      return [];
    }
    const { definition, faults: found } = defineInput(data);
    playbook.inputs[name] = definition;
    return [
      ...found.map(([key, message]) => diagnosticAtPath(document, ['inputs', name, key], { message })),
      ...checkInputSources(document, name, definition),
    ];
  });
  const around = { document, inputs: playbook.inputs, steps: noSteps(placesOf(steps)), locals: {} };
  const conditions = Object.entries(playbook.inputs).flatMap(([name, { when }]) => {
    if (typeof when !== 'string') return [];
    return checkExpression({ text: when, path: ['inputs', name, 'when'], offset: 0 }, around, 'bool').diagnostics;
  });
  return [...faults, ...conditions];
}

function typeWritten(type: unknown): Partial<InputDefinition> {
  return type === 'number' || type === 'boolean' ? { type } : {};
}

function followCall(step: LoadedStep, { document, options, playbook }: Reading): Diagnostic[] {
  const ref = callOf(step);
  // What is no name at all is reported as that.
  if (ref === undefined || !step.definition?.config.playbook) return [];
  const report = (message: string, hint?: string) => [
    diagnosticAtPath(document, [...step.path, 'playbook'], { message, hint }),
  ];
  const trail = [...options.trail, playbook.ref];
  if (trail.includes(ref))
    return report(`playbooks call each other in a circle: ${[...trail.slice(trail.indexOf(ref)), ref].join(' → ')}`);
  const found = findPlaybook(ref, options.roots);
  if (!found)
    return report(`there is no playbook \`${ref}\``, suggestion(ref, playbookNames(options.roots), 'playbooks'));
  const { value, diagnostics } = load(found.file, found.source, { ...options, trail });
  if (!value) return diagnostics;
  playbook.calls[step.id] = value;
  return [...diagnostics, ...checkPassed(document, step, value, playbook.inputs)];
}

function refOf(file: string): string {
  return `${basename(dirname(file))}/${basename(file, '.yaml')}`;
}

function asMap(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
