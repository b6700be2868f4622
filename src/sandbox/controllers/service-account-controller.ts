import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { collectionPath } from './resource-paths.ts';

/** Every namespace has a ServiceAccount `default` (`pkg/controller/serviceaccount`). */
export function startServiceAccountController(context: ControllerContext): Controller {
  const { client } = context;
  const namespaces = context.informer('namespaces');
  const accounts = context.informer('serviceaccounts');
  return runController(context, {
    name: 'serviceaccount',
    inputs: [
      { informer: namespaces, keys: ({ metadata }) => [metadata.name] },
      { informer: accounts, keys: ({ metadata }, { type }) => (type === 'deleted' ? [metadata.namespace ?? ''] : []) },
    ],
    async sync(name) {
      const namespace = namespaces.get(undefined, name);
      if (!namespace || namespace.metadata.deletionTimestamp || accounts.get(name, 'default')) return;
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } };
      try {
        await client.create(collectionPath('serviceaccounts', name), account);
      } catch (error) {
        if (!answered(error, 409) && !answered(error, 404)) throw error;
      }
    },
  });
}
