import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, textAt } from '../json.ts';
import type { ServerContext } from '../server-context.ts';
import { secretClaims } from './account-tokens.ts';
import { managedBy } from './own-write.ts';

const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const secrets = '/secrets';
const accounts = '/serviceaccounts';

/**
 * Fills Secrets of type `kubernetes.io/service-account-token`, and removes those whose account is gone
 * (`pkg/controller/serviceaccount/tokens_controller.go`). It works beside the store, since only the server can sign.
 */
export function keepTokenSecrets(context: ServerContext, ca: string): void {
  const { store } = context;
  const later = (work: () => void) => setImmediate(work);
  store.history.subscribe(secrets, ({ type, object }) => {
    if (type !== 'DELETED' && object.type === 'kubernetes.io/service-account-token')
      later(() => settle(context, ca, object.metadata.namespace ?? '', object.metadata.name));
  });
  store.history.subscribe(accounts, ({ type, object }) => {
    const { namespace = '' } = object.metadata;
    if (type === 'MODIFIED') return;
    for (const secret of store.list(secrets, namespace))
      if (accountNameOf(secret) === object.metadata.name)
        later(() => settle(context, ca, namespace, secret.metadata.name));
  });
}

function accountNameOf(secret: KubernetesObject): string | undefined {
  if (secret.type !== 'kubernetes.io/service-account-token') return undefined;
  return secret.metadata.annotations?.[nameAnnotation];
}

function settle(context: ServerContext, ca: string, namespace: string, name: string): void {
  const { store } = context;
  const secret = store.get(secrets, namespace, name);
  const accountName = secret && accountNameOf(secret);
  if (!secret || accountName === undefined) return;
  const account = store.get(accounts, namespace, accountName);
  const uid = secret.metadata.annotations?.[uidAnnotation];
  if (!account || (uid && uid !== account.metadata.uid)) return void store.remove(secrets, secret);
  const data = isObject(secret.data) ? secret.data : {};
  const complete = textAt(data, 'token') && textAt(data, 'ca.crt') && textAt(data, 'namespace') && uid;
  if (complete || secret.metadata.deletionTimestamp) return;
  store.put(secrets, filled(context, ca, secret, account));
}

function filled(context: ServerContext, ca: string, secret: KubernetesObject, account: KubernetesObject) {
  const { namespace = '', annotations } = secret.metadata;
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const before = isObject(secret.data) ? secret.data : {};
  const next: KubernetesObject = {
    ...secret,
    metadata: {
      ...secret.metadata,
      annotations: { ...annotations, [uidAnnotation]: account.metadata.uid ?? '' },
    },
    data: {
      'ca.crt': encoded(ca),
      namespace: encoded(namespace),
      token: encoded(context.access.signer.sign(secretClaims(account, secret))),
      ...before,
    },
  };
  next.metadata.managedFields = managedBy(context, 'kube-controller-manager', secret, next);
  return next;
}
