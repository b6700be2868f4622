import type { Resource } from './resources.ts';

/** Kinds of stable versions that their own code calls deprecated (`zz_generated.prerelease-lifecycle.go` of `api/core/v1`). */
const deprecated: Record<string, string> = {
  '/componentstatuses': 'v1.19+',
  '/endpoints': 'v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** What an answer warns of; undefined for what will stay (`apiserver/pkg/endpoints/deprecation`). */
export function deprecationOf({ storage, version, kind }: Resource): string | undefined {
  const since = deprecated[storage];
  return since === undefined ? undefined : `${version} ${kind} is deprecated in ${since}`;
}
