import { Environment } from '@marcbachmann/cel-js';
import { matchesSelector } from '../../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../../kubernetes/object.ts';
import { type Json, listAt, textAt } from '../../json.ts';
import type { Attributes } from './attributes.ts';
import { reviewRequest } from './review.ts';
import type { Webhook } from './webhook.ts';

/** Whether a webhook is to be asked (`admission/plugin/webhook/generic ShouldCallHook`). Throws the words of a condition that fails. */
export function isAsked(webhook: Webhook, attributes: Attributes): boolean {
  return (
    webhook.rules.some((rule) => ruleFits(rule, webhook, attributes)) &&
    namespaceFits(webhook, attributes) &&
    objectFits(webhook, attributes) &&
    webhook.matchConditions.every((condition) => holds(condition, attributes))
  );
}

function ruleFits(rule: Json, { equivalent }: Webhook, { resource, subresource, operation, namespace }: Attributes) {
  const { group, version, plural, storage } = resource;
  const inNamespace = storage !== '/namespaces' && namespace !== '';
  const scope = textAt(rule, 'scope');
  if (scope === 'Namespaced' ? !inNamespace : scope === 'Cluster' && inNamespace) return false;
  // Another version of the same resource is as good, unless it must be exactly this one.
  const versionFits = equivalent || includes(listAt(rule, 'apiVersions'), version);
  const resourceFits = listAt(rule, 'resources').some((one) => {
    const [name, below = ''] = String(one).split('/', 2);
    return (name === '*' || name === plural) && (below === '*' || below === subresource);
  });
  return (
    includes(listAt(rule, 'operations'), operation) &&
    includes(listAt(rule, 'apiGroups'), group) &&
    versionFits &&
    resourceFits
  );
}

function includes(list: readonly unknown[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** What belongs to the cluster fits every selector; a namespace is judged by its own labels. */
function namespaceFits({ namespaceSelector }: Webhook, attributes: Attributes): boolean {
  const { context, resource, namespace, object } = attributes;
  if (namespace === '') return true;
  const own = resource.storage === '/namespaces' ? object : null;
  const found = own ?? context.store.get('/namespaces', '', namespace);
  return matchesSelector(namespaceSelector, found?.metadata.labels ?? {});
}

/** Either of the two objects may fit. */
function objectFits({ objectSelector }: Webhook, { object, oldObject }: Attributes): boolean {
  const fits = (one: KubernetesObject | null) =>
    one !== null && matchesSelector(objectSelector, one.metadata.labels ?? {});
  return fits(object) || fits(oldObject);
}

let environment: Environment | undefined;

function holds(condition: string, attributes: Attributes): boolean {
  environment ??= new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable('object', 'dyn')
    .registerVariable('oldObject', 'dyn')
    .registerVariable('request', 'dyn');
  const { object, oldObject } = attributes;
  return environment.parse(condition)({ object, oldObject, request: reviewRequest(attributes, '') }) === true;
}
