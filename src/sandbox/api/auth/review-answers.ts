import { badRequest } from '../errors.ts';
import { type Json, listAt, textAt } from '../json.ts';
import type { ServerContext } from '../server-context.ts';
import { issuer } from './account-tokens.ts';
import { type User, userInfo } from './user.ts';

/** The status of a SelfSubjectRulesReview. */
export function reviewRules({ access }: ServerContext, user: User, namespace: string) {
  const { rules, errors } = access.authorizer.rulesFor(user, namespace);
  const filled = (list: readonly string[] | undefined) => (list && list.length > 0 ? list : undefined);
  const resourceRules = rules.filter(({ resources }) => filled(resources));
  const pathRules = rules.filter(({ nonResourceURLs }) => filled(nonResourceURLs));
  return {
    resourceRules: resourceRules.map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      apiGroups,
      resources,
      ...(filled(resourceNames) ? { resourceNames } : {}),
    })),
    nonResourceRules: pathRules.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: errors.length > 0,
    ...(errors.length > 0 ? { evaluationError: errors.length === 1 ? errors[0] : `[${errors.join(', ')}]` } : {}),
  };
}

/** The status of a TokenReview (`pkg/registry/authentication/tokenreview/storage.go`). Throws 400 without a token. */
export function reviewToken({ access }: ServerContext, spec: Json) {
  const token = textAt(spec, 'token');
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const asked = listAt(spec, 'audiences').map(String);
  const found = access.authenticator.check(token, asked.length > 0 ? asked : [issuer]);
  if (!found) return { user: {}, error: 'invalid bearer token' };
  if ('refused' in found) return { user: {}, error: `[invalid bearer token, ${found.refused}]` };
  return { authenticated: true, user: userInfo(found), audiences: asked.length > 0 ? asked : [issuer] };
}
