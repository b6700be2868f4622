import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { required, supported, unknownValue } from '../validation/faults.ts';
import { labelFault, subdomainFault } from './definition-names.ts';
import { columnFaults, scalePathFaults, selectableFaults } from './definition-part-faults.ts';
import { schemaFaults } from './definition-schema-faults.ts';
import { storedVersionFaults } from './definition-stored-versions.ts';

/**
 * What is wrong with a CustomResourceDefinition (`apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`). What
 * all versions have in common is looked at once and named by the fields of the internal version: `spec.validation`.
 */
export function definitionFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const versions = listAt(spec, 'versions').filter(isObject);
  return [
    ...nameFaults(object, spec),
    ...groupFaults(spec),
    ...scopeFaults(spec),
    ...versionFaults(versions),
    ...namesFaults(objectAt(spec, 'names')),
    ...sharedFaults(versions),
    ...conversionFaults(objectAt(spec, 'conversion')),
    ...(current ? immutableFaults(spec, current) : []),
    ...storedVersionFaults(object, versions),
    ...approvalFaults(object, spec),
    ...(spec.preserveUnknownFields === true ? [preserves] : []),
  ];
}

const preserves = unknownValue(
  'spec.preserveUnknownFields',
  true,
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
);

function nameFaults({ metadata }: KubernetesObject, spec: Json): FieldFault[] {
  const wanted = `${textAt(spec, 'names', 'plural')}.${textAt(spec, 'group')}`;
  if (metadata.name === wanted) return [];
  return [unknownValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')];
}

function groupFaults(spec: Json): FieldFault[] {
  const group = textAt(spec, 'group');
  if (group === '') return [required('spec.group')];
  const fault = subdomainFault(group);
  if (fault) return [unknownValue('spec.group', group, fault)];
  return group.includes('.') ? [] : [unknownValue('spec.group', group, 'should be a domain with at least one dot')];
}

function scopeFaults(spec: Json): FieldFault[] {
  const scope = textAt(spec, 'scope');
  return scope === '' ? [required('spec.scope')] : supported(scope, ['Cluster', 'Namespaced'], 'spec.scope');
}

function namesFaults(names: Json): FieldFault[] {
  const faults: FieldFault[] = ['plural', 'singular', 'kind', 'listKind'].flatMap((field) =>
    textAt(names, field) === '' ? [required(`spec.names.${field}`)] : [],
  );
  const check = (field: string, value: string, mixed = false) => {
    const fault = value === '' ? undefined : labelFault(mixed ? value.toLowerCase() : value);
    const words = mixed ? `may have mixed case, but should otherwise match: ${fault}` : fault;
    if (fault) faults.push(unknownValue(`spec.names.${field}`, value, words ?? ''));
  };
  check('plural', textAt(names, 'plural'));
  check('singular', textAt(names, 'singular'));
  check('kind', textAt(names, 'kind'), true);
  check('listKind', textAt(names, 'listKind'), true);
  for (const [at, name] of listAt(names, 'shortNames').entries()) check(`shortNames[${at}]`, String(name));
  if (textAt(names, 'kind') !== '' && names.kind === names.listKind)
    faults.push(unknownValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  for (const [at, name] of listAt(names, 'categories').entries()) check(`categories[${at}]`, String(name));
  return faults;
}

function versionFaults(versions: readonly Json[]): FieldFault[] {
  const own = (field: string) => !isShared(versions, field);
  const faults = versions.flatMap((version, at) => {
    const path = `spec.versions[${at}]`;
    const fault = labelFault(textAt(version, 'name'));
    return [
      ...(isObject(objectAt(version, 'schema').openAPIV3Schema) ? [] : [required(`${path}.schema.openAPIV3Schema`)]),
      ...(fault ? [unknownValue(`${path}.name`, version.name, fault)] : []),
      ...(own('schema') ? schemaFaults(version, `${path}.schema`) : []),
      ...(own('subresources') ? scalePathFaults(version, `${path}.subresources`) : []),
      ...(own('additionalPrinterColumns') ? columnFaults(version, `${path}.additionalPrinterColumns`) : []),
      ...(own('selectableFields') ? selectableFaults(version, `${path}.selectableFields`) : []),
    ];
  });
  const whole = (words: string) => faults.push(unknownValue('spec.versions', versions.map(internal), words));
  if (new Set(versions.map(({ name }) => name)).size < versions.length) whole('must contain unique version names');
  if (versions.filter(({ storage }) => storage === true).length !== 1)
    whole('must have exactly one version marked as storage version');
  const first = versions[0];
  const firstFault = first && labelFault(textAt(first, 'name'));
  if (first && firstFault) faults.push(unknownValue('spec.version', first.name, firstFault));
  return faults;
}

/** A version as the internal one is written; what is shared stands beside the versions there. */
function internal({ name, served, storage }: Json): Json {
  return {
    Name: name,
    Served: served === true,
    Storage: storage === true,
    Deprecated: false,
    DeprecationWarning: null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

/** Whether all versions say the same (`apis/apiextensions/v1/conversion.go`). */
function isShared(versions: readonly Json[], field: string): boolean {
  return versions.every((version) => version[field] !== undefined && equal(version[field], versions[0]?.[field]));
}

function sharedFaults(versions: readonly Json[]): FieldFault[] {
  const [first] = versions;
  if (!first) return [];
  return [
    ...(isShared(versions, 'schema') ? schemaFaults(first, 'spec.validation') : []),
    ...(isShared(versions, 'subresources') ? scalePathFaults(first, 'spec.subresources') : []),
    ...(isShared(versions, 'additionalPrinterColumns') ? columnFaults(first, 'spec.additionalPrinterColumns') : []),
    ...(isShared(versions, 'selectableFields') ? selectableFaults(first, 'spec.selectableFields') : []),
  ];
}

function conversionFaults(conversion: Json): FieldFault[] {
  const strategy = textAt(conversion, 'strategy');
  const webhook = objectAt(conversion, 'webhook');
  if (strategy !== 'Webhook') return supported(strategy || undefined, ['None', 'Webhook'], 'spec.conversion.strategy');
  const faults: FieldFault[] = [];
  if (!isObject(webhook.clientConfig))
    faults.push(required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook'));
  if (listAt(webhook, 'conversionReviewVersions').length === 0)
    faults.push(required('spec.conversion.conversionReviewVersions'));
  return faults;
}

function immutableFaults(spec: Json, current: KubernetesObject): FieldFault[] {
  const before = objectAt(current, 'spec');
  const established = listAt(current, 'status', 'conditions').some(
    (one) => isObject(one) && one.type === 'Established' && one.status === 'True',
  );
  const fixed = [['group'], ['names', 'plural'], ...(established ? [['scope'], ['names', 'kind']] : [])];
  return fixed.flatMap((path) => {
    const value = textAt(spec, ...path);
    return value === textAt(before, ...path)
      ? []
      : [unknownValue(`spec.${path.join('.')}`, value, 'field is immutable')];
  });
}

const approval = 'api-approved.kubernetes.io';

/** Groups of Kubernetes' own need an approval (`validateAPIApproval`). */
function approvalFaults({ metadata }: KubernetesObject, spec: Json): FieldFault[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(textAt(spec, 'group'))) return [];
  const given = metadata.annotations?.[approval] ?? '';
  if (given !== '') return [];
  return [
    required(
      `metadata.annotations[${approval}]`,
      `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`,
    ),
  ];
}
