import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { User } from '../auth/user.ts';
import type { Resource } from '../resources.ts';
import type { ServerContext } from '../server-context.ts';
import type { Reviews } from './webhooks/reviews.ts';

/** A write on its way into the store (`apiserver/pkg/admission/attributes.go`). */
export interface AdmissionRequest {
  context: ServerContext;
  resource: Resource;
  subresource: string;
  /** Empty for what belongs to the cluster. */
  namespace: string;
  /** As it is about to be stored; plugins that default change it in place. */
  object: KubernetesObject;
  /** What is there; undefined for what is created. */
  current?: KubernetesObject;
  dryRun: boolean;
  user: User;
  /** What webhooks have said so far; undefined for the server's own writes, about which none is asked. */
  reviews?: Reviews | undefined;
}

/** One admission plugin's say. Throws the `StatusError` of a refusal. */
export type Plugin = (request: AdmissionRequest) => void;
