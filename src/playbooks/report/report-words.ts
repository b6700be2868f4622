import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import type { Report, StepStatusNow } from './report.ts';

/** A sign beside each status, so that nothing is said by colour alone. */
export const statusSigns: Record<StepStatusNow, string> = {
  done: '✓',
  skipped: '–',
  failed: '✗',
  'not-met': '✗',
  undone: '↶',
  running: '…',
  pending: '·',
};

export const statusWords: Record<string, string> = {
  ...{ done: 'done', skipped: 'skipped', failed: 'failed', 'not-met': 'not met', undone: 'taken back' },
  ...{ running: 'no result', pending: 'not begun', stopped: 'stopped', interrupted: 'interrupted', waiting: 'waiting' },
};

/** `12 done, 2 skipped`. */
export function countsText({ counts }: Report): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([status, count]) => `${count} ${statusWords[status] ?? status}`).join(', ');
}

/** `2026-11-21 16:01:41 UTC`. */
export function momentText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** Where the run was and what it was made of: names and their values. */
export function environmentFacts({ run, cluster, manifests }: Report): [string, string][] {
  return [
    ['Run', run.id],
    ['Playbook', run.playbook],
    ['Cluster', `${cluster.context}${cluster.sandbox ? ' (sandbox)' : ''}${cluster.production ? ' (production)' : ''}`],
    ['API server', cluster.server],
    ['Namespace', cluster.namespace],
    ['Manifests', manifests],
    ['Made of', `SHA-256 ${run.hash}`],
  ];
}

/** What was given to the run, by name, as text; of sensitive inputs only that they were. */
export function givenInputs({ inputs, sensitiveInputs }: Report): [string, string][] {
  return [
    ...Object.entries(inputs).map(([name, value]): [string, string] => [name, inputText(value)]),
    ...sensitiveInputs.map((name): [string, string] => [name, '(sensitive, not written down)']),
  ];
}

function inputText(value: unknown): string {
  if (value === '') return '(empty)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One line for each object that a step acted on, its fields below it. */
export function changeLines(preview: StepPreview): string[] {
  const certainty =
    preview.certainty === 'previewed' ? [] : [`${preview.certainty}: ${preview.why ?? preview.summary}`];
  return [...certainty, ...preview.changes.flatMap(linesOf)];
}

function linesOf({ action, object, namespace, fields = [], data = [], note }: PreviewedChange): string[] {
  return [
    `${action} ${object}${namespace ? ` in ${namespace}` : ''}${note ? ` (${note})` : ''}`,
    ...fields.map(({ path, before, after }) => `    ${path}: ${before ?? '(none)'} → ${after ?? '(none)'}`),
    ...data.map((name) => `    data lost: ${name}`),
  ];
}
