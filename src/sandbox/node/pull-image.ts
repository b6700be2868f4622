import { messageOf } from '../../base/errors.ts';
import type { Outcome } from '../workloads/outcomes.ts';
import type { FoundImage } from '../workloads/registry.ts';
import type { ContainerSpec } from './pod.ts';
import type { RunnerParts } from './runner-parts.ts';

/** Pulls as the policy says and reports it; undefined when it failed (which is applied) or is not wanted any more. */
export async function pullImage(
  { host, apply, report, goesOn }: RunnerParts,
  spec: ContainerSpec,
  outcome: Outcome | undefined,
): Promise<FoundImage | undefined> {
  const policy = spec.imagePullPolicy ?? (/:latest$|^[^:@]+$/.test(spec.image) ? 'Always' : 'IfNotPresent');
  const present = host.images.has(spec.image) && policy !== 'Always';
  if (!present) report('Normal', 'Pulling', `Pulling image "${spec.image}"`, spec);
  try {
    const { image, ms } = await host.images.pull(spec.image, outcome, present);
    if (!goesOn()) return undefined;
    const took = `${Math.round(ms) / 1000}s`;
    const pulled = `Successfully pulled image "${spec.image}" in ${took} (${took} including waiting). Image size: ${image.size} bytes.`;
    report('Normal', 'Pulled', present ? `Container image "${spec.image}" already present on machine` : pulled, spec);
    return image;
  } catch (error) {
    apply({ type: 'pull-failed', container: spec.name, message: messageOf(error), now: Date.now() });
    return undefined;
  }
}
