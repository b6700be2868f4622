import { milliValue, parseQuantity } from '../../../kubernetes/quantity.ts';
import { isObject, type Json, objectAt } from '../json.ts';
import { type Check, fields, isAbsent } from './checks.ts';
import { forbidden, required, unknownValue } from './faults.ts';
import { labelKeyFaults } from './names.ts';

/** Of containers (`pkg/apis/core/helper/helpers.go`). */
const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Known without a domain. */
export const standardResources = new Set([
  ...containerResources,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'requests.storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'services.nodeports',
  'services.loadbalancers',
]);

/** Amounts are whole numbers there. */
const wholeResources = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

const isHugePages = (name: string) => name.startsWith('hugepages-');
const isNative = (name: string) => !name.includes('/') || name.split('/')[0]?.endsWith('kubernetes.io') === true;

/** `validateResourceName` */
export const resourceName: Check = (value, path, faults) => {
  const name = String(value);
  const why = labelKeyFaults(name);
  if (why.length === 0 && !name.includes('/') && !standardResources.has(name) && !isHugePages(name))
    why.push('must be a standard resource type or fully qualified');
  for (const one of why) faults.push(unknownValue(path, name, one));
};

/** `validateContainerResourceName` */
export const containerResourceName: Check = (value, path, faults, owner) => {
  resourceName(value, path, faults, owner);
  const name = String(value);
  if (!name.includes('/')) {
    if (!containerResources.has(name) && !isHugePages(name))
      faults.push(unknownValue(path, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && (name.startsWith('requests.') || labelKeyFaults(`requests.${name}`).length > 0))
    faults.push(unknownValue(path, name, "doesn't follow extended resource name standard"));
};

/** `ValidateResourceQuantityValue` */
export function amountFaults(name: string): Check {
  return (value, path, faults) => {
    const amount = parseQuantity(value as string);
    if (amount < 0) faults.push(unknownValue(path, value, 'must be greater than or equal to 0'));
    const whole = wholeResources.has(name) || (name.includes('/') && !isNative(name));
    if (whole && milliValue(value as string) % 1000 !== 0) faults.push(unknownValue(path, value, 'must be an integer'));
  };
}

const checkAmounts: Check = (amounts, path, faults, owner) => {
  for (const [name, amount] of Object.entries(isObject(amounts) ? amounts : {})) {
    const at = `${path}[${name}]`;
    containerResourceName(name, at, faults, owner);
    amountFaults(name)(amount, at, faults, owner);
    if (path.endsWith('.requests')) compare(name, amount, path, faults, owner);
    if (isHugePages(name) && parseQuantity(amount as string) % parseQuantity(name.slice('hugepages-'.length)) !== 0)
      faults.push(unknownValue(at, amount, `${String(amount)} is not positive integer multiple of ${name}`));
  }
};

const compare = (name: string, request: unknown, path: string, faults: Parameters<Check>[2], owner: Json) => {
  const limit = objectAt(owner, 'limits')[name];
  const mayDiffer = isNative(name) && !isHugePages(name);
  if (isAbsent(limit)) {
    const limits = path.replace(/requests$/, 'limits');
    if (!mayDiffer) faults.push(required(limits, 'Limit must be set for non overcommitable resources'));
    return;
  }
  const more = parseQuantity(request as string) - parseQuantity(limit as string);
  const of = `${name} limit of ${String(limit)}`;
  if (more !== 0 && !mayDiffer) faults.push(unknownValue(path, request, `must be equal to ${of}`));
  else if (more > 0) faults.push(unknownValue(path, request, `must be less than or equal to ${of}`));
};

/** Requests and limits of a container (`validateResourceRequirements`). */
export const resourceRequirements: Check = (value, path, faults, owner) => {
  if (!isObject(value)) return;
  fields({ limits: checkAmounts, requests: checkAmounts })(value, path, faults, owner);
  const names = Object.keys({ ...objectAt(value, 'limits'), ...objectAt(value, 'requests') });
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    faults.push(forbidden(path, 'HugePages require cpu or memory'));
};
