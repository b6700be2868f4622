import type { LabelSelector } from '../../../../kubernetes/labels.ts';
import { isObject, type Json, listAt, numberAt, objectAt, textAt } from '../../json.ts';
import type { Store } from '../../store.ts';

export interface WebhookService {
  namespace: string;
  name: string;
  port: number;
  path: string;
}

/** One webhook of a configuration, with its defaults filled in. */
export interface Webhook {
  name: string;
  /** Unique among all, in the order in which they are asked. */
  id: string;
  mutating: boolean;
  rules: readonly Json[];
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
  matchConditions: readonly string[];
  equivalent: boolean;
  ignoresFailure: boolean;
  /** `None` and `NoneOnDryRun` may be asked about what is only tried. */
  hasSideEffects: boolean;
  timeoutSeconds: number;
  service?: WebhookService;
  url: string;
  /** PEM; empty for the authorities that this machine knows. */
  authority: string;
  reviewVersion: string | undefined;
}

const group = 'admissionregistration.k8s.io';
const storages = {
  mutating: `${group}/mutatingwebhookconfigurations`,
  validating: `${group}/validatingwebhookconfigurations`,
};

/** The webhooks that are registered, by the names of their configurations and as these list them. */
export function webhooksOf(store: Store, kind: keyof typeof storages): Webhook[] {
  return store.list(storages[kind]).flatMap((configuration) =>
    listAt(configuration, 'webhooks')
      .filter(isObject)
      .map((one, index) => read(one, `${kind}/${configuration.metadata.name}/${index}`)),
  );
}

function read(one: Json, id: string): Webhook {
  const config = objectAt(one, 'clientConfig');
  const service = objectAt(config, 'service');
  return {
    id,
    name: textAt(one, 'name'),
    mutating: id.startsWith('mutating'),
    rules: listAt(one, 'rules').filter(isObject),
    namespaceSelector: objectAt(one, 'namespaceSelector') as LabelSelector,
    objectSelector: objectAt(one, 'objectSelector') as LabelSelector,
    matchConditions: listAt(one, 'matchConditions').map((condition) => textAt(condition, 'expression')),
    equivalent: textAt(one, 'matchPolicy') !== 'Exact',
    ignoresFailure: textAt(one, 'failurePolicy') === 'Ignore',
    hasSideEffects: !['None', 'NoneOnDryRun'].includes(textAt(one, 'sideEffects')),
    timeoutSeconds: numberAt(one, 'timeoutSeconds') ?? 10,
    url: textAt(config, 'url'),
    authority: Buffer.from(textAt(config, 'caBundle'), 'base64').toString(),
    reviewVersion: listAt(one, 'admissionReviewVersions')
      .map(String)
      .find((version) => version === 'v1' || version === 'v1beta1'),
    ...(config.service
      ? {
          service: {
            namespace: textAt(service, 'namespace'),
            name: textAt(service, 'name'),
            port: numberAt(service, 'port') ?? 443,
            path: textAt(service, 'path'),
          },
        }
      : {}),
  };
}
