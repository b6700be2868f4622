import { messageOf } from '../../base/errors.ts';
import { type ApiClient, answered } from '../client.ts';
import type { Pace } from '../pace.ts';
import { startAutoscalerController } from './autoscaler-controller.ts';
import { startClaimController } from './claim-controller.ts';
import { createContext } from './controller.ts';
import { startCronJobController } from './cron-job-controller.ts';
import { startDaemonSetController } from './daemon-set-controller.ts';
import { startDeploymentController } from './deployment-controller.ts';
import { startDisruptionController } from './disruption-controller.ts';
import { startEndpointSliceController } from './endpoint-slice-controller.ts';
import { startEndpointSliceMirroringController } from './endpoint-slice-mirroring-controller.ts';
import { startEndpointsController } from './endpoints-controller.ts';
import { startEphemeralVolumeController } from './ephemeral-volume-controller.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startJobController } from './job-controller.ts';
import { startNamespaceController } from './namespace-controller.ts';
import { startNodeLifecycleController } from './node-lifecycle-controller.ts';
import { startNodeTtlController } from './node-ttl-controller.ts';
import { startPodGarbageController } from './pod-garbage-controller.ts';
import { startQuotaController } from './quota-controller.ts';
import { startReplicaSetController } from './replica-set-controller.ts';
import { startRoleAggregationController } from './role-aggregation-controller.ts';
import { startRootCertificateController } from './root-certificate-controller.ts';
import { startScheduler } from './scheduler.ts';
import { startServiceAccountController } from './service-account-controller.ts';
import { startStatefulSetController } from './stateful-set-controller.ts';
import { startClaimProtection, startVolumeProtection } from './storage-protection.ts';
import { startTaintEvictionController } from './taint-eviction-controller.ts';
import { startVolumeController } from './volume-controller.ts';

export interface Controllers {
  stop(): void;
  /** Resolves when every controller has seen what is there and works. */
  readonly synced: Promise<void>;
}

/**
 * Starts all controllers as clients of an API server. They poll nothing: without changes there is no traffic beyond watches, the
 * autoscalers' syncs apart. `onError` hears what is tried again, with the controller's and the object's name; conflicts, which are
 * part of the game, are left out.
 */
export function startControllers(client: ApiClient, pace: Pace, onError?: (error: Error) => void): Controllers {
  const context = createContext(client, pace, (controller, key, error) => {
    if (!answered(error, 409)) onError?.(new Error(`${controller} ${key}: ${messageOf(error)}`, { cause: error }));
  });
  const running = [
    startNamespaceController,
    startServiceAccountController,
    startRootCertificateController,
    startRoleAggregationController,
    startDeploymentController,
    startReplicaSetController,
    startStatefulSetController,
    startDaemonSetController,
    startJobController,
    startCronJobController,
    startEndpointsController,
    startEndpointSliceController,
    startEndpointSliceMirroringController,
    startEphemeralVolumeController,
    startClaimController,
    startVolumeController,
    startClaimProtection,
    startVolumeProtection,
    startScheduler,
    startNodeLifecycleController,
    startNodeTtlController,
    startTaintEvictionController,
    startPodGarbageController,
    startQuotaController,
    startDisruptionController,
    startAutoscalerController,
    startGarbageCollector,
  ].map((start) => start(context));
  return {
    synced: Promise.all(running.map(({ synced }) => synced)).then(() => {}),
    stop() {
      for (const controller of running) controller.stop();
      context.stop();
    },
  };
}
