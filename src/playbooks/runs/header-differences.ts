import type { RunHeader } from './events.ts';

/** What has changed since a run began, or was last gone on with, one line each; empty when nothing that counts has. */
export function headerDifferences(before: RunHeader, now: RunHeader): string[] {
  const made = [...fileLines(before, now), ...inputLines(before, now)];
  // An old record knows only that something is another.
  if (before.hash !== now.hash && before.files === undefined && made.length === 0)
    made.push('The playbook, its manifests or its inputs are not those that it began with');
  return [
    ...made,
    ...stepLines(before, now),
    ...changed('Manifests', before.manifests, now.manifests),
    ...changed('Cluster', before.cluster.server, now.cluster.server),
    ...changed('Context', before.cluster.context, now.cluster.context),
    ...changed('Namespace', before.cluster.namespace, now.cluster.namespace),
    ...changed('tars-console', before.programVersion, now.programVersion),
  ];
}

function changed(what: string, before: string, now: string): string[] {
  return before === now ? [] : [`${what}: ${before} → ${now}`];
}

function fileLines({ files: before }: RunHeader, { files: now }: RunHeader): string[] {
  if (!before || !now) return [];
  return namesOf(before, now).flatMap((name) => {
    const [old, fresh] = [before[name], now[name]];
    if (old === fresh) return [];
    // One that is not there has an empty hash.
    if (!old) return [`${name} is new`];
    return fresh ? [`${name} is different`] : [`${name} is gone`];
  });
}

/** Of sensitive inputs no value is known; that one came or went is said by its name. */
function inputLines(before: RunHeader, now: RunHeader): string[] {
  const plain = namesOf(before.inputs, now.inputs).flatMap((name) => {
    const [old, fresh] = [before.inputs[name], now.inputs[name]].map(valueText);
    return old === fresh ? [] : [`Input ${name}: ${old} → ${fresh}`];
  });
  const came = now.sensitiveInputs.filter((name) => !before.sensitiveInputs.includes(name));
  const went = before.sensitiveInputs.filter((name) => !now.sensitiveInputs.includes(name));
  return [
    ...plain,
    ...came.map((name) => `Input ${name} (sensitive) is new`),
    ...went.map((name) => `Input ${name} (sensitive) is gone`),
  ];
}

function stepLines(before: RunHeader, now: RunHeader): string[] {
  const only = (these: RunHeader, those: RunHeader) =>
    these.steps.filter(({ id }) => !those.steps.some((step) => step.id === id));
  return [
    ...only(now, before).map(({ id, title }) => `New step ${id}: ${title}`),
    ...only(before, now).map(({ id, title }) => `Step that is gone: ${id}: ${title}`),
  ];
}

function namesOf(...maps: Record<string, unknown>[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))].sort();
}

function valueText(value: unknown): string {
  return value === undefined ? '(not there)' : JSON.stringify(value);
}
