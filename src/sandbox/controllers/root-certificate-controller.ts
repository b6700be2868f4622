import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

const name = 'kube-root-ca.crt';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Publishes in every namespace the authority by which pods know the API server (`pkg/controller/certificates/rootcacertpublisher`). */
export function startRootCertificateController(context: ControllerContext): Controller {
  const { client } = context;
  const namespaces = context.informer('namespaces');
  const configMaps = context.informer('configmaps');
  return runController(context, {
    name: 'root-ca-certificate-publisher',
    inputs: [
      { informer: namespaces, keys: ({ metadata }) => [metadata.name] },
      { informer: configMaps, keys: ({ metadata }) => (metadata.name === name ? [metadata.namespace ?? ''] : []) },
    ],
    async sync(namespace) {
      const within = namespaces.get(undefined, namespace);
      if (!client.ca || !within || within.metadata.deletionTimestamp) return;
      const data = { 'ca.crt': client.ca };
      const annotations = { 'kubernetes.io/description': description };
      const present = configMaps.get(namespace, name) as { data?: Record<string, string> } | undefined;
      if (present?.data?.['ca.crt'] === client.ca && Object.keys(present.data).length === 1) return;
      try {
        const metadata = { name, namespace, annotations };
        if (present) await client.patch(objectPath('configmaps', { namespace, name }), { metadata, data }, 'merge');
        else
          await client.create(collectionPath('configmaps', namespace), {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata,
            data,
          });
      } catch (error) {
        if (!answered(error, 404) && !answered(error, 409)) throw error;
      }
    },
  });
}
