import type { User } from './auth/user.ts';
import { StatusError } from './errors.ts';
import type { Writer } from './managed/managers.ts';
import type { ApiRequest } from './request.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';

export interface WriteOptions {
  resource: Resource;
  /** Empty for what belongs to the cluster. */
  namespace: string;
  subresource: string;
  writer: Writer;
  dryRun: boolean;
  /** Who writes, as roles know it. */
  user: User;
}

/** The options of every write: who, where, and whether for real. */
export function optionsOf(
  context: ServerContext,
  request: ApiRequest,
  namespace: string,
  operation: Writer['operation'],
): WriteOptions {
  const { resource, query, agent, subresource } = request;
  const manager = query.get('fieldManager') || agent;
  const own = subresource === 'status' || subresource === 'scale' ? subresource : '';
  return {
    resource,
    namespace: resource.namespaced ? namespace : '',
    subresource,
    writer: { manager, operation, subresource: own, time: timestamp(context.now()) },
    dryRun: isDryRun(query),
    user: request.user,
  };
}

/** `dryRun=All`. Throws 422 for any other value. */
export function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.some((value) => value !== 'All'))
    throw new StatusError(422, 'Invalid', `dryRun: Unsupported value: "${values[0]}": supported values: "All"`);
  return values.length > 0;
}
