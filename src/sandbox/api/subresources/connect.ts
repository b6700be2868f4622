import { demand } from '../auth/access.ts';
import { badRequest, notFound, StatusError } from '../errors.ts';
import { textAt } from '../json.ts';
import { type Answer, type ApiRequest, flagOf } from '../request.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { takeUpgrade, wantsUpgrade } from '../upgrades.ts';
import { chosenContainer } from './chosen-container.ts';

/** The query of a kubelet's exec and attach, which calls the streams otherwise (`streamParams`). */
const streams = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const;

/**
 * GET and POST of `pods/NAME/exec`, `attach` and `portforward`: checks the request and hands the connection to the pod's node
 * (`pkg/registry/core/pod/rest/subresources.go`).
 */
export function connect(context: ServerContext, request: ApiRequest): Answer {
  const { resource, namespace, name, subresource, query, incoming, response } = request;
  const asked = { group: resource.group, plural: resource.plural, subresource, namespace, name };
  // Whoever opens a WebSocket with GET needs the right of a POST too.
  demand(context.access.authorizer, request.user, { verb: 'create', path: '', resource: asked });
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  const forward = subresource === 'portforward';
  const container = forward ? '' : `/${chosenContainer(pod, query.get('container') ?? '')}`;
  if (textAt(pod, 'spec', 'nodeName') === '') throw badRequest(`pod ${name} does not have a host assigned`);
  const { kubelet } = context.delegates;
  if (!kubelet) throw new StatusError(503, 'ServiceUnavailable', 'this cluster has no nodes that could be reached');
  if (!wantsUpgrade(incoming)) throw badRequest('Upgrade request required');
  const passed = new URLSearchParams();
  if (forward) for (const port of query.getAll('ports')) passed.append('ports', port);
  else {
    for (const [asked, told] of Object.entries(streams)) if (flagOf(query, asked)) passed.append(told, '1');
    if (subresource === 'exec') for (const word of query.getAll('command')) passed.append('command', word);
  }
  const path = `/${forward ? 'portForward' : subresource}/${namespace}/${name}${container}?${passed}`;
  const upgrade = takeUpgrade(incoming, response);
  if (upgrade) kubelet.upgrade(incoming, upgrade.socket, upgrade.head, path);
  return 'answered';
}
