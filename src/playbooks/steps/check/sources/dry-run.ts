import { z } from 'zod';
import { messageOf } from '../../../../base/errors.ts';
import { KubernetesError } from '../../../../cluster/kubernetes-error.ts';
import { pathOf } from '../../../../cluster/resources.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  'dry-run': z
    .looseObject({
      apiVersion: z.string().min(1),
      kind: z.string().min(1),
      metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
    })
    .describe('An object that the server is asked whether it would take it: {accepted, message}; nothing is kept'),
});

/** Whether the server, with its webhooks, would take an object: proves that they work, not only that their pods run. */
export const dryRunSource: SourceKind<z.infer<typeof schema>> = {
  key: 'dry-run',
  schema,
  access: ({ 'dry-run': { apiVersion, kind, metadata } }) => [
    { verbs: ['create'], apiVersion, kind, ...(metadata.namespace ? { namespace: metadata.namespace } : {}) },
  ],
  async read({ 'dry-run': object }, { connection, signal }) {
    try {
      const { apiVersion, kind, metadata } = object;
      const path = await pathOf(connection, { apiVersion, kind, namespace: metadata.namespace });
      await connection.request({ method: 'POST', path, query: { dryRun: 'All' }, body: object, signal });
      return { accepted: true, message: '' };
    } catch (error) {
      signal.throwIfAborted();
      // It is there already, and so it was taken once.
      if (error instanceof KubernetesError && error.status === 409) return { accepted: true, message: error.message };
      return { accepted: false, message: messageOf(error) };
    }
  },
  commands: ({ 'dry-run': object }, own) => [
    `echo ${shellWord(JSON.stringify(object))} | kubectl create --dry-run=server -n ${object.metadata.namespace ?? own} -f -`,
  ],
};
