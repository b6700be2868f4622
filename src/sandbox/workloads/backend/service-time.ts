import { createZipf, logNormal } from '../random.ts';

/** How a pod of the backend is built: all figures of its physics in one place. */
export const backendSize = {
  /** Requests that one pod works on at the same time. */
  workers: 10,
  /** Requests that may wait in one pod; more are answered with 503. */
  queue: 512,
  /** Cores used without any request. */
  baseCores: 0.02,
  /** Bytes of an answer in the cache: text, passages and their embeddings. */
  cachedAnswer: 512 * 1024,
  memory: { base: 290, perRequest: 3, perCached: 0 },
} as const;

interface Work {
  /** Milliseconds that a worker is held when the CPU is free. */
  ms: number;
  cpuSeconds: number;
}

/** The answer is in the cache: embed the question, look it up, rerank, write the answer. */
export function hitWork(random: () => number): Work {
  return { ms: logNormal(random, 134, 0.2), cpuSeconds: 0.0075 };
}

/** It is not: search the vectors, rerank, and let the model write. A few questions need a long answer. */
export function missWork(random: () => number): Work {
  const ms = random() < 0.11 ? logNormal(random, 420, 0.2) : logNormal(random, 172, 0.18);
  return { ms, cpuSeconds: 0.0165 };
}

/** What users ask, the k-th question 1 / k^1.11 times as often as the first. */
const questions = createZipf(4000, 1.11);

/** A question, for a request that brings none. */
export function drawQuestion(random: () => number): string {
  return `question ${questions(random) + 1}`;
}
