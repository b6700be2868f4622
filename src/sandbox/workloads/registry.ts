import { atasService } from './atas/atas-service.ts';
import { tarsBackend } from './backend/tars-backend.ts';
import { certManagerController } from './cert-manager/cert-manager-controller.ts';
import { chromadb } from './chromadb.ts';
import { isRunnable, startCommand } from './command-process.ts';
import { detectionApi } from './detection-api/detection-api.ts';
import { flaggerImage } from './flagger/flagger-image.ts';
import { startGeneric } from './generic.ts';
import type { ProcessContext, WorkloadImage, WorkloadProcess } from './image.ts';
import { ollama } from './ollama.ts';
import { standInOperator } from './operators/stand-in-operator.ts';
import { standInServer } from './operators/stand-in-server.ts';
import { neverReady, type Outcome, startFailing } from './outcomes.ts';
import { postgres } from './postgres.ts';
import { clientPrograms } from './programs/clients.ts';
import { redis } from './redis.ts';
import type { Program } from './system.ts';
import { tartwareImages } from './tartware.ts';

const megabyte = 1024 * 1024;

/** By the last part of the repository, so that any registry in front of it counts. */
const known: Record<string, WorkloadImage> = {
  'tars-backend': tarsBackend,
  'cert-manager-controller': certManagerController,
  postgres,
  postgresql: postgres,
  redis,
  valkey: redis,
  chroma: chromadb,
  ollama,
  ...tartwareImages,
  'atas-service': atasService,
  'detection-api': detectionApi,
  flagger: flaggerImage,
  'stand-in-operator': standInOperator,
  'stand-in-server': standInServer,
};

const generic: WorkloadImage = { size: 60 * megabyte, programs: clientPrograms, start: startGeneric };

/** Systems without a program of their own. */
const bare: WorkloadImage = {
  size: 4 * megabyte,
  bare: true,
  start: (context) => startCommand(context, context.args.length > 0 ? context.args : ['sh']),
};
const bareNames =
  /^(busybox|alpine|debian|ubuntu|bash|curl|netshoot|buildpack-deps|centos|fedora|rockylinux|amazonlinux)$/;

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
  programs: Readonly<Record<string, Program>>;
  /** Built on Alpine or BusyBox, as far as its name tells. */
  alpine: boolean;
  start(context: ProcessContext): WorkloadProcess;
}

/**
 * Looks an image up. Undefined: no registry has it (its name holds `does-not-exist`, or the pod's outcome says so).
 * About 120 MB a second and half a second of handshakes, at most 12 s: a registry close by.
 */
export function findImage(image: string, outcome: Outcome | undefined): FoundImage | undefined {
  const refused = outcome?.kind === 'image-missing' || outcome?.kind === 'image-denied';
  if (refused || image.includes('does-not-exist')) return undefined;
  const { repository, tag } = parseImage(image);
  const name = repository.split('/').at(-1) ?? '';
  const found = known[name] ?? (bareNames.test(name) ? bare : generic);
  const slow = outcome?.kind === 'pull-slow' ? 60 : undefined;
  const seconds = outcome?.pullSeconds ?? slow;
  const pullMs = seconds === undefined ? 500 + Math.min(12_000, found.size / megabyte / 0.12) : seconds * 1000;
  return {
    size: found.size,
    pullMs,
    programs: found.programs ?? {},
    alpine: /alpine|busybox/.test(image),
    start(given) {
      const context = { ...given, tag };
      if (outcome?.kind === 'crash' || outcome?.kind === 'out-of-memory') return startFailing(context, outcome);
      if (outcome?.kind === 'never-ready') return neverReady(found.start(context));
      if (outcome?.kind === 'slow-start') return found.start({ ...context, shorten: (ms) => context.shorten(ms * 12) });
      // A command of the system runs in any image, in place of the image's own program.
      if (!found.bare && isRunnable(context)) return startCommand(context, context.args);
      return found.start(context);
    },
  };
}
