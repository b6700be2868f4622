import type { Connection } from '../../cluster/connection.ts';
import { readOnly } from '../../cluster/read-only.ts';
import { lookOnly } from '../diagnosis/look-only.ts';
import type { Finding } from '../finding.ts';
import type { LoadedRun } from '../runs/loaded-run.ts';
import { surroundingsOf } from '../runs/run-header.ts';
import type { Checklist } from './checklist.ts';
import { type ChecklistReport, stateOf } from './checklist-report.ts';
import { readTicks } from './ticks.ts';

/** A checklist with what its checks need. */
export interface LoadedChecklist {
  checklist: Checklist;
  /** All of a run but for the playbook; `system` has its namespace. */
  surroundings: Omit<LoadedRun, 'playbook'>;
}

export interface MakeChecklistOptions {
  kubeconfig?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Makes the checks of a checklist, without a run, and reads what people have ticked. Throws `KubernetesError` and `Problem` where
 * the cluster cannot be asked; what one check cannot read is told in the report.
 */
export async function makeChecklist(
  { checklist, surroundings }: LoadedChecklist,
  whole: Connection,
  { kubeconfig, signal }: MakeChecklistOptions = {},
): Promise<ChecklistReport> {
  const connection = readOnly(whole);
  const { context, namespace, sandbox } = connection.info;
  const place = { namespace, name: checklist.name };
  const [ticks, found] = await Promise.all([
    readTicks(connection, place, signal),
    findingsByItem({ checklist, surroundings }, connection, { kubeconfig, signal }),
  ]);
  signal?.throwIfAborted();
  const { ref, title, description, items } = checklist;
  const { name, title: systemTitle } = surroundings.system;
  return {
    ...{ checklist: ref, title, description, namespace, context, sandbox },
    system: { name, title: String(systemTitle ?? name) },
    at: new Date().toISOString(),
    items: items.map((item) => stateOf(item, found.get(item.id) ?? (item.checked ? [unjudged()] : []), ticks)),
  };
}

async function findingsByItem(
  { checklist: { checks }, surroundings }: LoadedChecklist,
  connection: Connection,
  { kubeconfig, signal }: MakeChecklistOptions,
): Promise<Map<string, Finding[]>> {
  if (!checks) return new Map();
  const around = await surroundingsOf(surroundings, connection, kubeconfig);
  const records = await lookOnly({ ...surroundings, playbook: checks }, { connection, surroundings: around, signal });
  return new Map(
    records.flatMap((record) => {
      if (record.type !== 'step-result') return [];
      const { step, findings = [], problem, status } = record;
      return [[step, status === 'failed' ? [...findings, unjudged(problem?.message)] : findings] as const];
    }),
  );
}

/** A check that came to an end of its own accord has judged nothing. */
function unjudged(why = 'it was not looked at'): Finding {
  return { title: 'It can be looked at', level: 'fatal', expected: 'an answer', observed: why, unread: true };
}
