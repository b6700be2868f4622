import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { Resource } from '../resources.ts';
import type { ServerContext } from '../server-context.ts';

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
}

/** One admission plugin's say. Throws the `StatusError` of a refusal. */
export type Plugin = (request: AdmissionRequest) => void;
