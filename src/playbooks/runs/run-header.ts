import type { Connection } from '../../cluster/connection.ts';
import { listResources } from '../../cluster/resources.ts';
import { calledInputs, type InputValue } from '../inputs.ts';
import type { Playbook } from '../model.ts';
import { originOf } from '../origin.ts';
import { everyStep, type FlatStep, fileHashes, hashPlan, planSteps } from '../plan.ts';
import { createPlanContext } from '../plan-context.ts';
import type { PlanContext, Scope } from '../step-kind.ts';
import { shellWord } from '../steps/explain.ts';
import type { RunHeader } from './events.ts';
import type { Execution } from './execution.ts';
import type { LoadedRun } from './loaded-run.ts';
import type { RunRequest } from './run-request.ts';
import { sensitiveInputs } from './sensitive-inputs.ts';

/**
 * `system`, `cluster` and `run` as expressions see them; asks the API server for its version and what it serves. The
 * kubeconfig is the one that was named, if one was.
 */
export async function surroundingsOf(
  { system }: Pick<LoadedRun, 'system'>,
  connection: Connection,
  kubeconfig?: string,
): Promise<Execution['surroundings']> {
  const { context, server, namespace, sandbox } = connection.info;
  const typed = typedCommands(connection.info, kubeconfig);
  const cluster = { context, server, namespace, sandbox, ...typed, ...(await askedOf(connection)) };
  return { system, cluster, run: { time: timeInNames() } };
}

/** What only the API server knows; nothing where there is none. */
async function askedOf(connection: Connection): Promise<{ version: string; apis: string[] }> {
  if (connection.info.none) return { version: '', apis: [] };
  const { body } = await connection.request<{ gitVersion?: string }>({ path: '/version' });
  const apis = (await listResources(connection)).map(({ apiVersion }) => apiVersion);
  return { version: body.gitVersion ?? 'unknown', apis: [...new Set(apis)] };
}

/** A time as it may stand in names of files and of other things, in UTC: `20261121-192132`. */
export function timeInNames(time: string = new Date().toISOString()): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T');
  return `${date.replaceAll('-', '')}-${clock.slice(0, 8).replaceAll(':', '')}`;
}

/** How commands that are to reach this cluster begin, for hints that somebody types or copies. */
function typedCommands({ context, sandbox, none }: Connection['info'], kubeconfig: string | undefined) {
  if (none) return { console: 'tars-console', kubectl: 'kubectl' };
  const file = kubeconfig === undefined ? '' : ` --kubeconfig ${shellWord(kubeconfig)}`;
  if (sandbox) return { console: 'tars-console --sandbox', kubectl: `kubectl${file}` };
  const which = ` --context ${shellWord(context)}`;
  return { console: `tars-console${file}${which}`, kubectl: `kubectl${file}${which}` };
}

/** What a run's first record says of it. */
export async function createHeader(
  request: RunRequest,
  { playbook, system, manifests, workspace, stepKinds }: LoadedRun,
  surroundings: Execution['surroundings'],
  { programVersion, production = false }: { programVersion: string; production?: boolean },
): Promise<RunHeader> {
  const { context, server, namespace, sandbox } = surroundings.cluster as unknown as RunHeader['cluster'];
  const { kubeconfig, none } = request.cluster;
  const contextFor = planContexts(playbook, request.inputs, namespace, surroundings, { manifests, workspace });
  return {
    id: request.id,
    playbook: request.playbook,
    system: system.name,
    title: playbook.title,
    cluster: { context, server, namespace, sandbox, ...(none ? { none } : {}), ...(kubeconfig ? { kubeconfig } : {}) },
    inputs: request.inputs,
    sensitiveInputs: Object.keys(sensitiveInputs(playbook)),
    steps: await planSteps(playbook, stepKinds, contextFor),
    hash: hashPlan(playbook, request.inputs, stepKinds, manifests),
    files: fileHashes(playbook, stepKinds, manifests),
    manifests: manifests?.description ?? (playbook.source === 'workspace' ? 'the workspace’s own' : 'bundled'),
    assumeYes: request.assumeYes,
    ...(production ? { production } : {}),
    programVersion,
    startedAt: new Date().toISOString(),
  };
}

/** The context in which each step of a plan is explained: with the inputs of the playbook that it stands in. */
export function planContexts(
  playbook: Playbook,
  inputs: Record<string, InputValue>,
  namespace: string,
  surroundings: Scope,
  files: Pick<LoadedRun, 'manifests' | 'workspace' | 'library'>,
): (place: FlatStep) => PlanContext {
  const inputsAt = new Map<string | undefined, Record<string, InputValue>>([[undefined, inputs]]);
  const contextFor = (place: FlatStep) => {
    const scope = { inputs: inputsAt.get(place.parent) ?? inputs, steps: {}, ...surroundings };
    const { manifests, workspace, library } = files;
    const origin = originOf(playbook, place.id);
    return createPlanContext(place.playbook, namespace, scope, { manifests, workspace, library, origin });
  };
  for (const place of everyStep(playbook)) {
    if (!place.called) continue;
    const own = inputsAt.get(place.parent) ?? inputs;
    try {
      const passed = contextFor(place).render((place.step.config.with ?? {}) as Record<string, unknown>);
      inputsAt.set(place.id, calledInputs(place.called, passed, own));
    } catch {
      // What only the run will know is explained with what there is.
      inputsAt.set(place.id, own);
    }
  }
  return contextFor;
}
