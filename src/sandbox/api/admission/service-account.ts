import { generateName } from '../../../kubernetes/names.ts';
import { forbidden } from '../errors.ts';
import { isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import type { AdmissionRequest } from './admission-request.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';

/**
 * Gives a new pod its ServiceAccount, the volume with its token and the account's pull secrets
 * (`plugin/pkg/admission/serviceaccount/admission.go`). Throws 403 when there is no such account.
 */
export function attachAccount({ context, resource, namespace, object, current }: AdmissionRequest): void {
  if (current) return;
  const spec = objectAt(object, 'spec');
  const name = textAt(spec, 'serviceAccountName') || 'default';
  const account = context.store.get('/serviceaccounts', namespace, name);
  if (!account)
    throw forbidden(
      resource,
      object.metadata.name,
      `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  // The second is the name of before.
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec);
  const secrets = listAt(account, 'imagePullSecrets').filter(isObject);
  if (listAt(spec, 'imagePullSecrets').length === 0 && secrets.length > 0)
    spec.imagePullSecrets = secrets.map((secret) => ({ name: secret.name }));
}

function mountToken(spec: Json): void {
  const volumes = listAt(spec, 'volumes').filter(isObject);
  const present = volumes.find((volume) => textAt(volume, 'name').startsWith(volumePrefix));
  const volume = present ? textAt(present, 'name') : generateName(volumePrefix);
  let mounted = false;
  for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')].filter(isObject)) {
    const mounts = listAt(container, 'volumeMounts');
    if (mounts.some((mount) => textAt(mount, 'mountPath') === tokenPath)) continue;
    container.volumeMounts = [...mounts, { name: volume, readOnly: true, mountPath: tokenPath }];
    mounted = true;
  }
  if (mounted && !present) spec.volumes = [...volumes, tokenVolume(volume)];
}

function tokenVolume(name: string) {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [namespace] } },
      ],
      defaultMode: 420,
    },
  };
}
