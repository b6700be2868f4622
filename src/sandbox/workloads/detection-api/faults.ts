import type { ProcessContext } from '../image.ts';

/** How a version misbehaves: which part of its answers are errors, and how many times longer it works. */
export interface Faults {
  errorRate: number;
  slower: number;
}

/** The annotation of a pod that says which part of its answers are errors, 0 to 1. */
const errorRateAnnotation = 'tars-console.dev/error-rate';
/** The same of how many times longer it works. */
const slowerAnnotation = 'tars-console.dev/slower';

/**
 * By the pod's annotations, else by the image's tag: one with `bad` in it answers one request of five with 500, one with `slow` in
 * it takes six times as long. So that what a new version does wrong can be rehearsed.
 */
export function faultsOf({ tag = '', annotations = {} }: ProcessContext): Faults {
  const given = (name: string) => {
    const value = Number(annotations[name]);
    return annotations[name] === undefined || Number.isNaN(value) ? undefined : value;
  };
  return {
    errorRate: Math.min(1, Math.max(0, given(errorRateAnnotation) ?? (tag.includes('bad') ? 0.2 : 0))),
    slower: Math.min(1000, Math.max(1, given(slowerAnnotation) ?? (tag.includes('slow') ? 6 : 1))),
  };
}
