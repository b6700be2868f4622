import type { Connection } from '../../cluster/connection.ts';
import { everyStep, flattenPlaybook } from '../plan.ts';
import { skippedBefore } from '../preview/will-run.ts';
import type { PreviewContext, Scope } from '../step-kind.ts';
import { readEarlier } from './earlier.ts';
import type { RunRecord } from './events.ts';
import type { LoadedRun } from './loaded-run.ts';
import { checkRights } from './preflight.ts';
import { planContexts } from './run-header.ts';
import type { RunnerOrders, RunRequest } from './run-request.ts';
import { leftOut } from './selection.ts';

/** What a run is about to begin with. */
export interface RunAboutToBegin {
  request: RunRequest;
  orders: Pick<RunnerOrders, 'secrets'>;
  loaded: LoadedRun;
  connection: Connection;
  surroundings: Scope;
  /** What an earlier process of the run wrote down. */
  earlier: readonly RunRecord[];
}

/** Throws `Problem` with every right that the steps which will run need and that is missing. Changes nothing. */
export async function checkRunRights(run: RunAboutToBegin): Promise<void> {
  const { request, orders, loaded, connection, surroundings } = run;
  const { playbook, stepKinds } = loaded;
  if (connection.info.none) return;
  const { namespace, sandbox } = connection.info;
  const explain = planContexts(playbook, request.inputs, namespace, surroundings, loaded);
  const signal = AbortSignal.timeout(60_000);
  const contextFor = (place: Parameters<typeof explain>[0]): PreviewContext => ({
    ...explain(place),
    ...{ connection, signal, secret: (name: string) => orders.secrets[name] },
  });
  const places = everyStep(playbook);
  const out = new Map([...leftOut(flattenPlaybook(playbook), request), ...doneBefore(run.earlier)]);
  const skipped = skippedBefore(places, out, explain, sandbox);
  const willRun = places.filter(({ id }) => !skipped.has(id));
  await checkRights({ places: willRun, stepKinds, connection, contextFor, signal });
}

function doneBefore(earlier: readonly RunRecord[]): [string, string][] {
  // What was taken back, or begun anew, is no longer done.
  const { results } = readEarlier(earlier);
  return [...results].flatMap(([id, { status }]): [string, string][] =>
    status === 'done' ? [[id, 'it is done']] : [],
  );
}
