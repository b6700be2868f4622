import { z } from 'zod';
import { collectCauses } from '../../../../cluster/readiness/causes.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  causes: z
    .strictObject({
      workloads: z
        .union([
          z.literal('all'),
          z.array(z.string().regex(/^[A-Za-z]+\/\S+$|\$\{\{/)).min(1),
          z.string().regex(/^\$\{\{/),
        ])
        .describe('`Deployment/web`, `StatefulSet/…`, `DaemonSet/…`, `Job/…`, `PersistentVolumeClaim/…`; or `all`'),
      namespace: z.string().optional(),
    })
    .describe(
      'Why workloads and claims are not ready: a list of {workload, pod, pods, container, image, code, message, evidence}',
    ),
});

/** Why workloads are not ready, as far as their pods, events, claims and logs tell; empty when all of them are. */
export const causesSource: SourceKind<z.infer<typeof schema>> = {
  key: 'causes',
  schema,
  read: ({ causes: { workloads, namespace } }, { connection, signal, namespace: own }) =>
    collectCauses(connection, {
      workloads: workloads as string[] | 'all',
      namespace: namespace ?? own,
      signal,
    }),
  commands({ causes: { namespace } }, own) {
    const n = ` -n ${namespace ?? own}`;
    return [`kubectl describe pods${n}`, `kubectl get events${n} --sort-by=.lastTimestamp`, `kubectl get pvc${n}`];
  },
};
