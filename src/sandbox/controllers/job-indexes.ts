import type { Pod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';

/** Which of an Indexed Job's numbers a pod works on; on its annotations and labels. */
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** The number a pod works on; undefined for none, or one that the Job does not have (any more). */
export function indexOf(job: Job, pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexAnnotation] ?? '';
  const index = /^\d+$/.test(text) ? Number(text) : undefined;
  return index !== undefined && index < (job.spec.completions ?? 0) ? index : undefined;
}

/** The numbers in `0-2,5`, below `completions` (`indexed_job_utils.go parseIndexesFromString`). What is no number is left out. */
export function indexesIn(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const range of text ? text.split(',') : []) {
    const [from, to = from] = range.split('-').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
    if (from === undefined || to === undefined || Number.isNaN(from + to)) continue;
    for (let index = from; index <= Math.min(to, completions - 1); index += 1) indexes.add(index);
  }
  return indexes;
}

/** `0-2,5`, from any order. */
export function rangesOf(indexes: Iterable<number>): string {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].sort((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}${to === from + 1 ? ',' : '-'}${to}`)).join(',');
}

/** The first `count` numbers of a Job that are not among `taken` (`firstPendingIndexes`). */
export function firstMissing(completions: number, taken: ReadonlySet<number>, count: number): number[] {
  const missing: number[] = [];
  for (let index = 0; index < completions && missing.length < count; index += 1)
    if (!taken.has(index)) missing.push(index);
  return missing;
}
