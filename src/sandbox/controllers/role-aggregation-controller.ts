import { type LabelSelector, matchesSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { sameValue } from './merge-patch.ts';
import { objectPath } from './resource-paths.ts';

interface ClusterRole extends KubernetesObject {
  rules?: unknown[] | null;
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] };
}

/** Gathers into a role the rules of those that its labels choose (`pkg/controller/clusterroleaggregation`). */
export function startRoleAggregationController(context: ControllerContext): Controller {
  const { client } = context;
  const informer = context.informer('clusterroles');
  const gathering = () => (informer.list() as ClusterRole[]).filter(({ aggregationRule }) => aggregationRule);
  return runController(context, {
    name: 'clusterrole-aggregation',
    inputs: [{ informer, keys: () => gathering().map(({ metadata }) => metadata.name) }],
    async sync(name) {
      const role = informer.get(undefined, name) as ClusterRole | undefined;
      if (!role?.aggregationRule) return;
      const rules = gatheredRules(role, informer.list() as ClusterRole[]);
      if (sameValue(rules, role.rules ?? [])) return;
      const { apiVersion, kind } = role;
      const configuration = { apiVersion, kind, metadata: { name }, rules };
      const query = { fieldManager: 'clusterrole-aggregation-controller', force: true };
      await client.patch(objectPath('clusterroles', role.metadata), configuration, 'apply', query);
    },
  });
}

/** In the order of the selectors, then by name, each rule once. */
function gatheredRules(role: ClusterRole, all: readonly ClusterRole[]): unknown[] {
  const sorted = [...all].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  const rules: unknown[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? [])
    for (const other of sorted)
      if (other.metadata.name !== role.metadata.name && matchesSelector(selector, other.metadata.labels))
        for (const rule of other.rules ?? []) if (!rules.some((known) => sameValue(known, rule))) rules.push(rule);
  return rules;
}
