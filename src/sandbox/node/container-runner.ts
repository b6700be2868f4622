import { messageOf } from '../../base/errors.ts';
import { outcomeOf } from '../workloads/outcomes.ts';
import type { FoundImage } from '../workloads/registry.ts';
import { ConfigError, resolveEnvironment } from './environment.ts';
import type { ContainerSpec } from './pod.ts';
import { pullImage } from './pull-image.ts';
import type { RunnerParts } from './runner-parts.ts';
import { createRunningContainers } from './running-containers.ts';
import { stopContainer } from './stop-container.ts';

/** How a pod is to fail, to see how that looks, whatever its images do. */
const outcomeAnnotation = 'tars-console.dev/outcome';

/** The containers of one pod: pulls, creates and stops them, and says by events what came of it. */
export function createContainerRunner(parts: RunnerParts) {
  const { host, apply } = parts;
  const own = outcomeOf(parts.pod().metadata.annotations?.[outcomeAnnotation]);
  const images = new Map<string, FoundImage>();
  const { running, start, end, log, killAll } = createRunningContainers(parts);
  return {
    running,
    log,
    end,
    killAll,
    async pull(spec: ContainerSpec) {
      const image = await pullImage(parts, spec, own ?? host.outcomeOf(spec.image));
      if (image) images.set(spec.name, image);
      if (image) apply({ type: 'pulled', container: spec.name });
    },
    async create(spec: ContainerSpec) {
      const image = images.get(spec.name);
      try {
        const facts = { podIP: parts.podIP(), hostIP: host.hostIP };
        const env = await resolveEnvironment(host.client, parts.pod(), spec, facts);
        if (parts.goesOn() && image) start(spec, image, env);
      } catch (error) {
        const known = error instanceof ConfigError;
        const message = known ? error.message : `failed to sync configmap cache: ${messageOf(error)}`;
        apply({ type: 'config-error', container: spec.name, message });
      }
    },
    async stop(spec: ContainerSpec) {
      const container = running.get(spec.name);
      if (!container) return;
      const { metadata, spec: wanted } = parts.pod();
      const seconds = metadata.deletionGracePeriodSeconds ?? wanted.terminationGracePeriodSeconds ?? 30;
      const { exitCode, reason, hookFault } = await stopContainer(container, parts.podIP(), seconds, host.pace.shorten);
      if (hookFault) parts.report('Warning', 'FailedPreStopHook', 'PreStopHook failed', spec);
      if (running.get(spec.name) === container) end(spec.name, exitCode, reason);
    },
  };
}
