import { createHash } from 'node:crypto';
import { pause } from '../informer.ts';
import type { Pace } from '../pace.ts';
import type { Outcome } from '../workloads/outcomes.ts';
import { type FoundImage, findImage, parseImage } from '../workloads/registry.ts';

/** The images of one node. */
export interface ImageStore {
  has(image: string): boolean;
  /**
   * Resolves when it is there, at once when it is `present`; rejects with the container runtime's message. Pods that want
   * the same one share a pull.
   */
  pull(image: string, outcome: Outcome | undefined, present: boolean): Promise<{ image: FoundImage; ms: number }>;
  /** `imageID` of the pulled ones, by the name in the pod. */
  readonly ids: ReadonlyMap<string, string>;
}

export function createImageStore(pace: Pace): ImageStore {
  const ids = new Map<string, string>();
  const pulling = new Map<string, Promise<void>>();
  return {
    ids,
    has: (image) => ids.has(image),
    async pull(image, outcome, present) {
      const found = findImage(image, outcome);
      const { repository, tag } = parseImage(image);
      const began = performance.now();
      if (!found) {
        await pause(pace.shorten(600));
        const refusal = outcome?.kind === 'image-denied' ? denied : notFound;
        throw new Error(refusal(`${repository}:${tag}`));
      }
      if (present) return { image: found, ms: 0 };
      const running = pulling.get(image) ?? pause(pace.shorten(found.pullMs));
      pulling.set(image, running);
      await running;
      pulling.delete(image);
      ids.set(image, `${repository}@sha256:${createHash('sha256').update(`${repository}:${tag}`).digest('hex')}`);
      // The time that it takes on a cluster, as the event says it.
      return { image: found, ms: (performance.now() - began) * pace.speed };
    },
  };
}

/** What containerd says of an image that its registry does not have. */
function notFound(reference: string): string {
  return (
    `rpc error: code = NotFound desc = failed to pull and unpack image "${reference}": ` +
    `failed to resolve reference "${reference}": ${reference}: not found`
  );
}

/** What it says where a registry wants to know who asks, and the pod has no credentials for it. */
function denied(reference: string): string {
  return (
    `rpc error: code = Unknown desc = failed to pull and unpack image "${reference}": ` +
    `failed to resolve reference "${reference}": pull access denied, repository does not exist or may require ` +
    'authorization: authorization failed: no basic auth credentials'
  );
}
