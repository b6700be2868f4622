import { readObject } from './body.ts';
import { objectAt } from './json.ts';
import type { Answer, ApiRequest } from './request.ts';
import { apiVersionOf } from './resources.ts';

const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

/** Who may do what: the owner of the token is the cluster's administrator and may do everything. */
export async function review({ resource, incoming, contentType }: ApiRequest): Promise<Answer> {
  const sent = await readObject(incoming, contentType);
  const object = {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { creationTimestamp: null },
    spec: objectAt(sent, 'spec'),
    status: statusOf(resource.kind),
  };
  return { status: 201, object };
}

function statusOf(kind: string): Record<string, unknown> {
  if (kind === 'SelfSubjectRulesReview')
    return {
      resourceRules: [everything],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    };
  if (kind === 'SelfSubjectReview')
    return { userInfo: { username: 'sandbox-admin', groups: ['system:masters', 'system:authenticated'] } };
  return { allowed: true, reason: 'the owner of the sandbox may do everything' };
}
