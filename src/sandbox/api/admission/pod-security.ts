import { forbidden } from '../errors.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { securityFaults } from './pod-security-checks.ts';

const label = 'pod-security.kubernetes.io/enforce';

/**
 * Holds a new pod against the standard that its namespace's label enforces (`pod-security-admission/admission/admission.go`).
 * Throws 403 with everything that the standard forbids. The newest standard counts, whichever version the label names.
 */
export function checkPodSecurity({ context, resource, namespace, object, current }: AdmissionRequest): void {
  if (current) return;
  const labels = context.store.get('/namespaces', '', namespace)?.metadata.labels ?? {};
  const level = labels[label];
  if (level !== 'baseline' && level !== 'restricted') return;
  const faults = securityFaults(object, level);
  if (faults.length === 0) return;
  const version = labels[`${label}-version`] ?? 'latest';
  throw forbidden(resource, object.metadata.name, `violates PodSecurity "${level}:${version}": ${faults.join(', ')}`);
}
