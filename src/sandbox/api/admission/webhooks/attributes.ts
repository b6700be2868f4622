import type { KubernetesObject } from '../../../../kubernetes/object.ts';
import type { User } from '../../auth/user.ts';
import { toVersion } from '../../conversion.ts';
import type { Json } from '../../json.ts';
import type { Resource } from '../../resources.ts';
import type { ServerContext } from '../../server-context.ts';
import type { Reviews } from './reviews.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** What webhooks are told of a write (`apiserver/pkg/admission/attributes.go`). */
export interface Attributes {
  context: ServerContext;
  reviews: Reviews;
  resource: Resource;
  subresource: string;
  operation: Operation;
  /** Of a namespace its own name. */
  namespace: string;
  name: string;
  /** Null for what is deleted. */
  object: KubernetesObject | null;
  oldObject: KubernetesObject | null;
  dryRun: boolean;
  user: User;
  /** The options of the request, as an object of `meta.k8s.io/v1`. */
  options: Json;
}

interface Write {
  context: ServerContext;
  reviews?: Reviews | undefined;
  resource: Resource;
  subresource: string;
  namespace: string;
  object?: KubernetesObject;
  current?: KubernetesObject | undefined;
  dryRun: boolean;
  user: User;
}

/** Of a write that webhooks may be asked about; undefined for what they have no say in, such as the server's own writes. */
export function attributesOf(write: Write): Attributes | undefined {
  const { context, reviews, resource, subresource, object, current, dryRun, user } = write;
  // What says who is asked is never asked about (`rules.IsExemptAdmissionConfigurationResource`).
  if (!reviews || exempt.test(resource.storage) || !asked.has(subresource)) return undefined;
  const name = (object ?? current)?.metadata.name ?? '';
  const operation = object ? (current ? 'UPDATE' : 'CREATE') : 'DELETE';
  return {
    ...{ context, reviews, resource, subresource, operation, name, dryRun, user },
    namespace: resource.storage === '/namespaces' ? name : write.namespace,
    object: object ? toVersion(object, resource) : null,
    oldObject: current ? toVersion(current, resource) : null,
    options: {
      kind: optionsKinds[operation],
      apiVersion: 'meta.k8s.io/v1',
      ...(dryRun ? { dryRun: ['All'] } : {}),
    },
  };
}

const optionsKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

const exempt = /^admissionregistration\.k8s\.io\/(mutating|validating)/;
/** Others are of kinds of their own (Scale, Binding), which are not shown to webhooks. */
const asked = new Set(['', 'status', 'ephemeralcontainers', 'resize', 'finalize']);
