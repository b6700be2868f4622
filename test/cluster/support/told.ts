import type { RunRecord } from '../../../src/playbooks/runs/events.ts';

/** A journal without what differs each time: ids, times and the names of clusters. */
export function told(records: RunRecord[]): unknown[] {
  return records.map((record) => {
    if (record.type === 'run-started')
      return { type: record.type, steps: record.run.steps.map(({ id, title, kind }) => ({ id, title, kind })) };
    const { v: _, seq: __, at: ___, ...what } = besideOthers(record);
    const text = JSON.stringify(what, (key, value) =>
      key === 'ms' || key === 'outputs' || key === 'before' ? undefined : value,
    );
    return JSON.parse(
      text
        .replace(/\d+(\.\d+)? (ms|s)\b/g, 'N $2')
        .replace(/(--kubeconfig \S+|--context \S+|--sandbox)( (--kubeconfig|--context) \S+)*/g, '--cluster')
        // What was so for a moment only, and the context's name where a person reads it.
        .replace(/ \(now: [^)]*\)/g, '')
        .replace(/ from \S+ with all of its data/g, ' from CONTEXT with all of its data')
        .replace(/(done, in) [\dhms .]+/g, '$1 N'),
    );
  });
}

/** What else is on its way on a cluster at that moment, such as namespaces of other tests, is no part of the journey. */
function besideOthers(record: RunRecord): RunRecord {
  if (record.type !== 'step-result') return record;
  const { findings: _, summary: __, ...rest } = record;
  if (record.step.endsWith('cluster/leftovers')) return rest;
  // The kubeconfig of a person stays as it is in a rehearsal.
  return record.step === 'way-to-it' ? { ...rest, status: 'done' } : record;
}

const ownNames: [RegExp, string][] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\d{4}-\d\d-\d\d-[a-z-]+-[a-z0-9]{4}\b/g, 'RUN'],
  [/127\.0\.0\.1:\d+/g, 'ADDRESS'],
  [/\b(web-[a-z0-9]+|fault)-[a-z0-9]{5}\b/g, 'POD'],
  [/\/[^" ]*tars-console-every-kind-[^/]+/g, 'WORKSPACE'],
  [/[\d.]+\/s,/g, 'RATE'],
  [/looks in [\d.]+m?s/g, 'looks in TIME'],
  [/, (in|after) [\dhms .]+/g, ', $1 TIME'],
];

/** The same of steps that run side by side, in the order of their ids, and without names that are made for each run. */
export function toldByStep(records: RunRecord[]): unknown[] {
  const stepOf = (record: unknown) => (record as { step?: string }).step ?? '';
  const same = (text: string) => ownNames.reduce((now, [name, word]) => now.replace(name, word), text);
  return (JSON.parse(same(JSON.stringify(told(records)))) as unknown[]).sort((a, b) =>
    stepOf(a) < stepOf(b) ? -1 : stepOf(a) > stepOf(b) ? 1 : 0,
  );
}
