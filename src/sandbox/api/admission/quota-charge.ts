import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { asPod } from '../../../kubernetes/pod.ts';
import { milliValue } from '../../../kubernetes/quantity.ts';
import { inScope, isAbout, missingAmounts, type ResourceQuota, usageOf } from '../../../kubernetes/quota.ts';
import { addLists, type ResourceList, subtractLists, withoutZeros } from '../../../kubernetes/resource-list.ts';
import { managedBy } from '../auth/own-write.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionRequest } from './admission-request.ts';

const storage = '/resourcequotas';

/** Kinds whose updates may use more or less; all others are charged when they are created. */
const chargedOnUpdate = new Set(['/services', '/persistentvolumeclaims']);

/**
 * Holds a write against the namespace's quotas and, with what it returns, charges them once it is stored
 * (`apiserver/pkg/admission/plugin/resourcequota/controller.go CheckRequest`). Throws 403. A quota counts from when a controller
 * has measured it.
 */
export function chargeQuotas(request: AdmissionRequest): () => void {
  const { context, resource, namespace, subresource, current } = request;
  const all = context.store.list(storage);
  const asked = subresource === 'resize' || (subresource === '' && (!current || chargedOnUpdate.has(resource.storage)));
  if (all.length === 0 || namespace === '' || !asked) return () => {};
  const quotas = all.filter(({ metadata }) => metadata.namespace === namespace) as ResourceQuota[];
  const charges = quotas.flatMap((quota) => chargeOf(request, quota) ?? []);
  return () => {
    for (const { name, usage } of charges) charge(request, name, usage);
  };
}

interface Charge {
  name: string;
  usage: ResourceList;
}

function chargeOf(request: AdmissionRequest, quota: ResourceQuota): Charge | undefined {
  const { context, resource, object, current } = request;
  const { hard = {}, used = {} } = quota.status ?? {};
  const limited = Object.keys(hard).filter((name) => isAbout(resource, name));
  if (limited.length === 0 || !inScope(quota, resource, object)) return undefined;
  const { name } = quota.metadata;
  const refuse = (why: string) => forbidden(resource, object.metadata.name, why);
  if (resource.storage === '/pods') demandAmounts(object, limited, (why) => refuse(`failed quota: ${name}: ${why}`));
  const unknown = limited.filter((one) => used[one] === undefined);
  if (unknown.length > 0) throw refuse(`status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}`);
  const now = context.now();
  const whole = usageOf(resource, object, now);
  const more =
    current && inScope(quota, resource, current) ? subtractLists(whole, usageOf(resource, current, now)) : whole;
  const usage = only(withoutZeros(more), limited);
  const exceeded = Object.keys(usage)
    .filter((one) => milliValue(used[one] ?? 0) + milliValue(usage[one] ?? 0) > milliValue(hard[one] ?? 0))
    .sort();
  if (exceeded.length > 0)
    throw refuse(
      `exceeded quota: ${name}, requested: ${written(usage, exceeded)}, used: ${written(used, exceeded)}, limited: ${written(hard, exceeded)}`,
    );
  return Object.keys(usage).length > 0 ? { name, usage } : undefined;
}

function demandAmounts(pod: KubernetesObject, limited: readonly string[], refuse: (why: string) => Error): void {
  const missing = [...missingAmounts(asPod(pod), limited)].sort(([left], [right]) => (left < right ? -1 : 1));
  if (missing.length === 0) return;
  throw refuse(
    `must specify ${missing.map(([name, containers]) => `${name} for: ${containers.join(',')}`).join('; ')}`,
  );
}

function only(list: ResourceList, names: readonly string[]): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([name]) => names.includes(name)));
}

/** `limits.memory=64Mi,pods=1` */
function written(list: ResourceList, names: readonly string[]): string {
  return names.map((name) => `${name}=${list[name] ?? '0'}`).join(',');
}

function charge({ context, namespace }: AdmissionRequest, name: string, usage: ResourceList): void {
  const { store } = context;
  const quota = store.get(storage, namespace, name) as ResourceQuota | undefined;
  if (!quota) return;
  const next = { ...quota, status: { ...quota.status, used: addLists(quota.status?.used ?? {}, usage) } };
  const managedFields = managedBy(context, 'kube-apiserver', quota, next, 'status');
  store.put(storage, { ...next, metadata: { ...quota.metadata, managedFields } });
}
