import { eventsAbout } from './event.ts';
import { hasFailed, inNamespace, isReady, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';

export interface ClaimEvidence {
  events?: readonly KubernetesObject[];
  /** `volumeBindingMode` of the claim's class. */
  bindingMode?: string | undefined;
}

const phaseOf = (object: KubernetesObject) => (object.status as { phase?: string } | undefined)?.phase;

/**
 * A claim is ready when it is bound. One whose volume is made for its first pod rightly waits for that pod (waiting for it would
 * wait for ever: helm#10196).
 */
export function claimReadiness(object: KubernetesObject, { bindingMode, events = [] }: ClaimEvidence): Readiness {
  const phase = phaseOf(object) ?? 'Pending';
  const { name } = object.metadata;
  const next = [`kubectl describe pvc ${name}${inNamespace(object.metadata)}`];
  if (phase === 'Bound') return resizing(object);
  if (phase === 'Lost')
    return hasFailed('lost', {
      reason: 'Lost',
      message: 'the volume that it was bound to is gone, and its data with it',
      next,
    });
  const mine = eventsAbout(events, object);
  // A class with late binding tells of failures only once a pod wants the volume.
  const refused = mine.findLast(({ reason }) => reason === 'ProvisioningFailed');
  const late = bindingMode === 'WaitForFirstConsumer' || mine.some(({ reason }) => reason === 'WaitForFirstConsumer');
  if (refused)
    return hasFailed('pending', {
      reason: 'ProvisioningFailed',
      message: `no volume can be made for it: ${refused.message}`,
      patience: 5,
      next: [...next, 'kubectl get storageclass'],
    });
  if (late) return isReady('waits for its first pod');
  const { storageClassName } = (object.spec ?? {}) as { storageClassName?: string };
  const unbound = mine.findLast(({ reason }) => reason === 'FailedBinding');
  if (!unbound) return isWaiting(storageClassName ? `pending: its class is ${storageClassName}` : 'pending');
  return hasFailed('pending', {
    reason: 'FailedBinding',
    message: `no volume fits it: ${unbound.message}`,
    patience: 5,
    next: [...next, 'kubectl get storageclass,persistentvolumes'],
  });
}

interface ResizeStatus {
  conditions?: { type: string; status: string; message?: string }[];
}

function resizing(object: KubernetesObject): Readiness {
  const { conditions = [] } = (object.status ?? {}) as ResizeStatus;
  const going = conditions.find(({ type, status }) => type === 'Resizing' && status === 'True');
  return going ? isWaiting(`is being resized${going.message ? `: ${going.message}` : ''}`) : isReady('bound');
}

/** A volume is free or in use; `Failed` could not be given back. */
export function volumeReadiness(object: KubernetesObject): Readiness {
  const phase = phaseOf(object) ?? 'Pending';
  if (phase === 'Failed') {
    const { message = 'it could not be given back' } = (object.status ?? {}) as { message?: string };
    return hasFailed('failed', { reason: 'Failed', message });
  }
  return { ready: phase === 'Available' || phase === 'Bound', message: phase.toLowerCase() };
}
