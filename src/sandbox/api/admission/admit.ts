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

/**
 * Which plugins see which resource, in the order of `pkg/kubeapiserver/options/plugins.go`; those that a default server runs and
 * that have something to say about the kinds here. Webhooks are stored and not called.
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
  if (request.subresource === 'status') return;
  for (const plugin of mutating[request.resource.storage] ?? []) plugin(request);
}

/** Admission that only judges, last of all the quotas. What it returns is to be called once the object is stored. */
export function judge(request: AdmissionRequest): () => void {
  if (request.subresource === 'status') return nothing;
  for (const plugin of validating[request.resource.storage] ?? []) plugin(request);
  return chargeQuotas(request);
}

function nothing(): void {}
