import type { Connection } from '../../cluster/connection.ts';
import { readOnly } from '../../cluster/read-only.ts';
import type { Finding } from '../finding.ts';
import { everyStep } from '../plan.ts';
import type { StepProblem } from '../runs/events.ts';
import type { LoadedRun } from '../runs/loaded-run.ts';
import { surroundingsOf } from '../runs/run-header.ts';
import type { DiagnosisReport } from './diagnosis-report.ts';
import { type Looking, lookOnly } from './look-only.ts';
import { type FoundFinding, rankFindings } from './rank.ts';

export interface DiagnoseOptions {
  kubeconfig?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the title of each diagnosis when it begins. */
  onBegin?: ((title: string) => void) | undefined;
}

/** How many diagnoses are made at the same time. */
const atOnce = 2;

/**
 * Makes the diagnoses of one system without a run: nothing is locked, changed, asked or written down. Throws `Problem` where
 * the cluster cannot be asked at all; what one diagnosis cannot read is told in the report.
 */
export async function diagnose(
  diagnoses: readonly LoadedRun[],
  whole: Connection,
  { kubeconfig, signal, onBegin }: DiagnoseOptions = {},
): Promise<DiagnosisReport> {
  const connection = readOnly(whole);
  const [first] = diagnoses;
  if (!first) throw new Error('there is no diagnosis to make');
  const surroundings = await surroundingsOf(first, connection, kubeconfig);
  const found: FoundFinding[][] = [];
  const waiting = diagnoses.map((loaded, index) => ({ loaded, index }));
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      signal?.throwIfAborted();
      onBegin?.(next.loaded.playbook.title);
      found[next.index] = await findingsOf(next.loaded, { connection, surroundings, signal });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  signal?.throwIfAborted();
  const { context, namespace, sandbox } = connection.info;
  return {
    ...{ system: first.system.name, title: String(first.system.title), namespace, context, sandbox },
    at: new Date().toISOString(),
    diagnoses: diagnoses.map(({ playbook: { ref, title } }) => ({ ref, title })),
    ...rankFindings(found.flat()),
  };
}

async function findingsOf(loaded: LoadedRun, looking: Looking): Promise<FoundFinding[]> {
  const { playbook } = loaded;
  const records = await lookOnly(loaded, looking);
  const steps = new Map(everyStep(playbook).map(({ id, step }) => [id, step]));
  return records.flatMap((record) => {
    if (record.type !== 'step-result') return [];
    const step = steps.get(record.step);
    const failed = record.status === 'failed' && record.problem && step && !step.steps;
    const own = failed ? [failure(step, record.problem)] : [];
    return [...(record.findings ?? []), ...own].map((finding) => ({ finding, diagnosis: playbook.ref }));
  });
}

/** Kinds that judge: that one fails is a finding. A failure of every other is something that could not be read. */
const judging = ['http', 'wait', 'promql'];

function failure({ title, kind }: { title: string; kind: string }, problem: StepProblem | undefined): Finding {
  const { message = '', evidence = [], next = [] } = problem ?? {};
  return {
    ...{ title, level: 'fatal', expected: 'it to be so', observed: message },
    ...(evidence.length > 0 ? { evidence } : {}),
    ...(next[0] ? { repair: next[0] } : {}),
    ...(judging.includes(kind) ? {} : { unread: true }),
  };
}
