import { tarsBackend } from './backend/tars-backend.ts';
import { chromadb } from './chromadb.ts';
import { startGeneric } from './generic.ts';
import type { ProcessContext, WorkloadImage, WorkloadProcess } from './image.ts';
import { ollama } from './ollama.ts';
import { type Outcome, startFailing } from './outcomes.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';

const megabyte = 1024 * 1024;

/** By the last part of the repository, so that any registry in front of it counts. */
const known: Record<string, WorkloadImage> = {
  'tars-backend': tarsBackend,
  postgres,
  redis,
  chroma: chromadb,
  ollama,
};

const generic: WorkloadImage = { size: 60 * megabyte, start: startGeneric };

export interface ImageReference {
  /** With registry and path, as Docker completes it: `docker.io/library/redis`. */
  repository: string;
  /** `latest` when neither tag nor digest is given. */
  tag: string;
}

/** Reads an image's name by the rules of distribution/reference: a registry has a dot, a port or is localhost. */
export function parseImage(image: string): ImageReference {
  const [named = '', digest] = image.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const path = colon < 0 ? named : named.slice(0, colon);
  const tag = digest ?? (colon < 0 ? 'latest' : named.slice(colon + 1));
  const [first = '', ...rest] = path.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const repository = hasRegistry ? path : `docker.io/${rest.length === 0 ? 'library/' : ''}${path}`;
  return { repository, tag };
}

export interface FoundImage {
  size: number;
  /** The pull's time on a cluster, ms. */
  pullMs: number;
  start(context: ProcessContext): WorkloadProcess;
}

/**
 * Looks an image up. Undefined: no registry has it (its name holds `does-not-exist`, or the pod's outcome says so).
 * About 120 MB a second and half a second of handshakes, at most 12 s: a registry close by.
 */
export function findImage(image: string, outcome: Outcome | undefined): FoundImage | undefined {
  if (outcome === 'image-missing' || image.includes('does-not-exist')) return undefined;
  const found = known[parseImage(image).repository.split('/').at(-1) ?? ''] ?? generic;
  const pullMs = outcome === 'pull-slow' ? 60_000 : 500 + Math.min(12_000, found.size / megabyte / 0.12);
  return {
    size: found.size,
    pullMs,
    start(context) {
      if (outcome === 'crash' || outcome === 'out-of-memory') return startFailing(context, outcome);
      if (outcome === 'slow-start') return found.start({ ...context, shorten: (ms) => context.shorten(ms * 12) });
      return found.start(context);
    },
  };
}
