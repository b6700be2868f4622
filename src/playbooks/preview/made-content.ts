import { isDeepStrictEqual } from 'node:util';
import type { PreviewedChange, StepPreview } from '../step-preview.ts';

/** What changes would make of their objects. Beside the changes and never in them: it holds secrets, and nobody writes it down. */
const contents = new WeakMap<PreviewedChange, unknown>();

/** Keeps what a change would make of its object, so that a later step of the same plan can be held against it. */
export function rememberContent(change: PreviewedChange, content: unknown): void {
  contents.set(change, content);
}

export function contentOf(change: PreviewedChange): unknown {
  return contents.get(change);
}

export function sameContent(one: unknown, other: unknown): boolean {
  return one !== undefined && isDeepStrictEqual(one, other);
}

/** A copy of a preview with what is known of the original's changes, in their order. */
export function withContentsOf(original: StepPreview, copy: StepPreview): StepPreview {
  for (const [index, change] of copy.changes.entries()) {
    const before = original.changes[index];
    if (before && contents.has(before)) contents.set(change, contents.get(before));
  }
  return copy;
}
