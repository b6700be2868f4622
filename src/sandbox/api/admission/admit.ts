import type { AdmissionRequest, Plugin } from './admission-request.ts';
import { chooseIngressClass, chooseStorageClass } from './default-classes.ts';
import { applyLimits, checkLimits } from './limit-ranger.ts';
import { requireNamespace } from './namespace-lifecycle.ts';
import { checkPodSecurity } from './pod-security.ts';
import { checkPriorityClass, choosePriority } from './priority.ts';
import { chargeQuotas } from './quota-charge.ts';
import { applyRuntimeClass } from './runtime-class.ts';
import { attachAccount } from './service-account.ts';
import { checkExpansion, protectInUse } from './storage.ts';
import { tolerateShortly } from './tolerations.ts';
import { askMutating, askValidating } from './webhooks/ask.ts';

/**
 * Which plugins see which resource, in the order of `pkg/kubeapiserver/options/plugins.go`; those that a default server runs and
 * that have something to say about the kinds here. Webhooks come behind them.
 */
const mutating: Record<string, readonly Plugin[]> = {
  '/pods': [applyLimits, attachAccount, choosePriority, tolerateShortly, applyRuntimeClass],
  '/persistentvolumeclaims': [chooseStorageClass, protectInUse],
  '/persistentvolumes': [protectInUse],
  'networking.k8s.io/ingresses': [chooseIngressClass],
};

const validating: Record<string, readonly Plugin[]> = {
  '/pods': [checkLimits, checkPodSecurity],
  '/persistentvolumeclaims': [checkLimits, checkExpansion],
  'scheduling.k8s.io/priorityclasses': [checkPriorityClass],
};

/** Admission that changes: before the strategy and validation. Throws 403 and 404. */
export function admit(request: AdmissionRequest): void {
  if (!request.current) requireNamespace(request);
  // Statuses are written by the hundred a second, and no plugin has a word in them.
  const plugins = request.subresource === 'status' ? [] : (mutating[request.resource.storage] ?? []);
  for (const plugin of plugins) plugin(request);
  // What a webhook adds, a container for example, is seen to like the rest.
  if (askMutating(request)) for (const plugin of plugins) plugin(request);
}

/** Admission that only judges, last of all the quotas. What it returns is to be called once the object is stored. */
export function judge(request: AdmissionRequest): () => void {
  const isStatus = request.subresource === 'status';
  for (const plugin of isStatus ? [] : (validating[request.resource.storage] ?? [])) plugin(request);
  askValidating(request);
  return isStatus ? nothing : chargeQuotas(request);
}

function nothing(): void {}
