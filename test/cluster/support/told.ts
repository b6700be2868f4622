import type { RunRecord } from '../../../src/playbooks/runs/events.ts';

/** A journal without what differs each time: ids, times and the names of clusters. */
export function told(records: RunRecord[]): unknown[] {
  return records.map((record) => {
    if (record.type === 'run-started')
      return { type: record.type, steps: record.run.steps.map(({ id, title, kind }) => ({ id, title, kind })) };
    const { v: _, seq: __, at: ___, ...what } = record;
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

/** The same where steps run side by side: in the order of the steps' ids. */
export function toldByStep(records: RunRecord[]): unknown[] {
  const stepOf = (record: unknown) => (record as { step?: string }).step ?? '';
  return told(records).sort((a, b) => (stepOf(a) < stepOf(b) ? -1 : stepOf(a) > stepOf(b) ? 1 : 0));
}
