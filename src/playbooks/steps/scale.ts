import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { getObject, listObjects, scaleObject } from '../../cluster/objects.ts';
import { waitReady } from '../../cluster/wait-ready.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { StepContext, StepKind } from '../step-kind.ts';
import { renderKnown } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import { numberOrExpression, objectName } from './step-shapes.ts';

const shape = {
  scale: z
    .strictObject({ workload: objectName, replicas: numberOrExpression })
    .describe('A workload and how many replicas it is to have'),
  wait: z.enum(['ready']).optional().describe('`ready`: until that many are ready'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Sets the replicas of a workload. */
export const scaleStep: StepKind<Config> = {
  name: 'scale',
  description: 'Sets how many replicas a workload has',
  shape,
  effects: 'cluster',
  async probe(config, context) {
    const { wanted, live } = await workloadOf(config, context);
    const now = replicasOf(live);
    return { done: now === wanted && config.wait !== 'ready', reason: `${now} replicas are wanted of it now` };
  },
  async run(config, context) {
    const { connection, timeoutMs, waiting, progress, signal } = context;
    const { ref, wanted, live } = await workloadOf(config, context);
    const before = replicasOf(live);
    const scaler = await autoscalerOf(ref.kind, ref.name, context);
    if (scaler)
      context.output(`${scaler} decides about the replicas of ${ref.kind}/${ref.name} and will change them again`);
    await scaleObject(connection, ref, wanted, { signal });
    const after = await getObject(connection, ref, signal);
    if (config.wait === 'ready' && after)
      await waitReady(connection, [after], { timeoutMs, signal: waiting, onProgress: progress });
    const note = scaler ? ` (${scaler} may change it)` : '';
    return { summary: `${ref.kind}/${ref.name}: ${before} → ${wanted}${note}`, outputs: { before, replicas: wanted } };
  },
  async equivalent(config, context) {
    const { workload, replicas } = renderKnown(context, config.scale);
    return [`kubectl scale ${kubectlName(workload)} -n ${context.namespace} --replicas=${replicas}`];
  },
};

async function workloadOf(config: Config, context: StepContext) {
  const { workload, replicas } = context.render(config.scale);
  const wanted = Number(replicas);
  if (!Number.isInteger(wanted) || wanted < 0) throw new Problem(`${replicas} is no number of replicas`);
  const ref = await resolveObjectName(context.connection, workload, context.namespace);
  const live = await getObject(context.connection, ref, context.signal);
  if (live) return { ref, wanted, live };
  throw new Problem(`There is no ${workload} in the namespace ${context.namespace}`, {
    next: [`kubectl get ${ref.kind.toLowerCase()} -n ${context.namespace}`],
  });
}

function replicasOf(object: KubernetesObject): number {
  return (object.spec as { replicas?: number } | undefined)?.replicas ?? 1;
}

async function autoscalerOf(
  kind: string,
  name: string,
  { connection, namespace, signal }: StepContext,
): Promise<string | undefined> {
  const query = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace };
  // Who may not read autoscalers is not warned; scaling itself does not need them.
  const scalers = await listObjects(connection, query, signal).catch((): KubernetesObject[] => []);
  const found = scalers.find((scaler) => {
    const target = (scaler.spec as { scaleTargetRef?: { kind?: string; name?: string } }).scaleTargetRef;
    return target?.kind === kind && target.name === name;
  });
  return found && `HorizontalPodAutoscaler/${found.metadata.name}`;
}
