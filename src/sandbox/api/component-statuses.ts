import type { KubernetesObject } from '../../kubernetes/object.ts';
import { notFound, StatusError } from './errors.ts';
import { presentationOf } from './presentation.ts';
import { type Answer, type ApiRequest, flagOf } from './request.ts';
import type { Resource } from './resources.ts';

const healthy = { type: 'Healthy', status: 'True', message: 'ok' };
const components: readonly KubernetesObject[] = ['scheduler', 'controller-manager', 'etcd-0'].map((name) => ({
  apiVersion: 'v1',
  kind: 'ComponentStatus',
  metadata: { name },
  conditions: [healthy],
}));

/**
 * What nobody stores: the parts of a cluster, which here are one process, so that each is well where this answers
 * (`pkg/registry/core/componentstatus/rest.go`).
 */
export function componentStatuses(request: ApiRequest): Answer {
  const { name, query, resource } = request;
  if (flagOf(query, 'watch')) throw unwatchable(resource);
  const presentation = presentationOf(request);
  if (name === '') return { status: 200, object: presentation.list(components, {}) };
  const found = components.find((one) => one.metadata.name === name);
  if (!found) throw notFound({ ...resource, plural: 'componentstatus' }, name);
  return { status: 200, object: presentation.one(found) };
}

function unwatchable({ plural }: Resource): StatusError {
  const message = `watch is not supported on resources of kind ${JSON.stringify(plural)}`;
  return new StatusError(405, 'MethodNotAllowed', message, { kind: plural });
}
