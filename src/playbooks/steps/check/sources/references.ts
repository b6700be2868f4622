import { z } from 'zod';
import { changeable, made, needsIt, referrersOf } from '../../../../cluster/references.ts';
import { nameOf } from '../../../../kubernetes/object.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  references: z
    .strictObject({
      of: z
        .string()
        .regex(/^(Secret|ConfigMap)\/[^/\s]+$|\$\{\{/, 'it is written like `Secret/jwt-keys` or `ConfigMap/settings`'),
    })
    .describe(
      'What names a Secret or ConfigMap: a list of {object, kind, fields, needed}; `needed` is false of what is only kept',
    ),
});

/** Workloads, pods, ReplicaSets that are kept for a way back, accounts and Ingresses that name it. */
export const referencesSource: SourceKind<z.infer<typeof schema>> = {
  key: 'references',
  schema,
  async read({ references: { of } }, { connection, signal, namespace }) {
    const [kind, name = ''] = of.split('/');
    const referred = { kind: kind === 'ConfigMap' ? ('ConfigMap' as const) : ('Secret' as const), name };
    const found = await referrersOf(connection, referred, { namespace, kinds: [...changeable, ...made], signal });
    return found.map(({ object, paths }) => ({
      object: nameOf(object),
      kind: object.kind,
      fields: paths,
      needed: needsIt(object),
    }));
  },
  access: () => [...changeable, ...made].map(([apiVersion, kind]) => ({ verbs: ['list'], apiVersion, kind })),
  commands({ references: { of } }, own) {
    const kinds = 'deployments,statefulsets,daemonsets,cronjobs,replicasets,jobs,pods,serviceaccounts,ingresses';
    return [`kubectl get ${kinds} -n ${own} -o yaml | grep -n ${shellWord(of.split('/')[1] ?? '')}`];
  },
};
