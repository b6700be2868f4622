import { isObject, type Json, textAt } from '../json.ts';
import { all, type Check, each, fields, filled, given, isAbsent, named, needed, textOf } from './checks.ts';
import { required, unknownValue, unsupported } from './faults.ts';
import { configKeyFaults, labelKeyFaults, subdomainFaults, variableNameFaults } from './names.ts';

/** What `fieldRef` may name (`validEnvDownwardAPIFieldPathExpressions`, `validVolumeDownwardAPIFieldPathExpressions`). */
const environmentPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const volumePaths = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** Converted without a fault (`ConvertDownwardAPIFieldLabel` of `pkg/apis/core/pods/helpers.go`). */
const knownPaths = new Set([
  ...environmentPaths,
  ...volumePaths,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

function fieldRef(paths: readonly string[]): Check {
  return (value, path, faults) => {
    const name = textAt(value, 'fieldPath');
    const at = `${path}.fieldPath`;
    if (name === '') {
      faults.push(required(at));
      return;
    }
    const [, map, key = ''] = /^(.*)\['(.*)'\]$/.exec(name) ?? [];
    if (map === 'metadata.labels' || map === 'metadata.annotations') {
      const asked = map === 'metadata.labels' ? key : key.toLowerCase();
      for (const why of labelKeyFaults(asked)) faults.push(unknownValue(path, asked, why));
    } else if (map !== undefined || !knownPaths.has(name))
      faults.push(unknownValue(at, name, `error converting fieldPath: field label not supported: ${map ?? name}`));
    else if (!paths.includes(name)) faults.push(unsupported(at, name, paths));
  };
}

const amounts = ['cpu', 'ephemeral-storage', 'memory'];
const amountNames = ['limits', 'requests'].flatMap((part) => amounts.map((name) => `${part}.${name}`));
const divisors: Record<string, readonly string[]> = {
  cpu: ['1m', '1'],
  memory: ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'],
};

/** `validateContainerResourceFieldSelector` */
function resourceRef(inVolume: boolean): Check {
  return (value, path, faults) => {
    const name = textAt(value, 'resource');
    if (inVolume && textAt(value, 'containerName') === '') faults.push(required(`${path}.containerName`));
    else if (name === '') faults.push(required(`${path}.resource`));
    else if (!amountNames.includes(name) && !/^(limits|requests)\.hugepages-/.test(name))
      faults.push(unsupported(`${path}.resource`, name, amountNames));
    const unit = name.endsWith('.cpu') ? 'cpu' : 'memory';
    const allowed = divisors[unit] ?? [];
    const divisor = textAt(value, 'divisor') || '0';
    const words = unit === 'cpu' ? '1m and 1' : '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';
    const of = unit === 'cpu' ? 'cpu' : name.endsWith('.memory') ? 'memory' : 'local ephemeral storage';
    if (divisor !== '0' && amountNames.includes(name) && !allowed.includes(divisor))
      faults.push(
        unknownValue(`${path}.divisor`, name, `only divisor's values ${words} are supported with the ${of} resource`),
      );
  };
}

const keyOf: Check = fields({ name: named(subdomainFaults), key: needed(named(configKeyFaults)) });

const sources: Readonly<Record<string, Check>> = {
  fieldRef: fieldRef(environmentPaths),
  resourceFieldRef: resourceRef(false),
  configMapKeyRef: keyOf,
  secretKeyRef: keyOf,
  fileKeyRef: () => {},
};

/** How many of the fields there are. */
function countGiven(struct: Json, names: readonly string[]): number {
  return names.filter((name) => !isAbsent(struct[name])).length;
}

const one = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

const valueFrom: Check = (value, path, faults, owner) => {
  if (!isObject(value)) return;
  for (const [name, check] of Object.entries(sources)) given(check)(value[name], `${path}.${name}`, faults, owner);
  const count = countGiven(value, Object.keys(sources));
  const refuse = (why: string) => faults.push(unknownValue(path, '', why));
  if (count === 0) refuse(`must specify one of: ${one}`);
  else if (textOf(owner.value) !== '') refuse('may not be specified when `value` is not empty');
  else if (count > 1) refuse('may not have more than one field specified at a time');
};

/** `ValidateEnv` of `pkg/apis/core/validation/validation.go` */
export const variables: Check = each(fields({ name: needed(named(variableNameFaults)), valueFrom }));

const from = fields({ name: needed(named(subdomainFaults)) });

/** `ValidateEnvFrom` */
export const variableSources: Check = (value, path, faults, owner) => {
  const whole: Check = (item) => {
    const count = isObject(item) ? countGiven(item, ['configMapRef', 'secretRef']) : 0;
    const refuse = (why: string) => faults.push(unknownValue(path, '', why));
    if (count === 0) refuse('must specify one of: `configMapRef` or `secretRef`');
    else if (count > 1) refuse('may not have more than one field specified at a time');
  };
  const rules = fields({
    prefix: filled(named(variableNameFaults)),
    configMapRef: given(from),
    secretRef: given(from),
  });
  each(all(rules, whole))(value, path, faults, owner);
};

/** One file of a downward API volume but for its path (`validateDownwardAPIVolumeFile`). */
export const fileSource: Check = (value, path, faults, owner) => {
  const struct = isObject(value) ? value : {};
  if (!isAbsent(struct.fieldRef)) {
    fieldRef(volumePaths)(struct.fieldRef, `${path}.fieldRef`, faults, owner);
    if (!isAbsent(struct.resourceFieldRef))
      faults.push(unknownValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (!isAbsent(struct.resourceFieldRef))
    resourceRef(true)(struct.resourceFieldRef, `${path}.resourceFieldRef`, faults, owner);
  else faults.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
};
