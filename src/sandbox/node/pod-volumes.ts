import { type Folder, folder } from '../workloads/files/entries.ts';
import { type Payload, writePayload } from './atomic-folder.ts';
import type { Host } from './host.ts';
import type { Pod, Volume } from './pod.ts';
import { readPayload, sourcesOf, type Tokens } from './volume-payload.ts';

/** The volumes of one pod as folders, shared by its containers. */
export interface PodVolumes {
  /** Undefined for a volume that the pod does not have. */
  folder(name: string): Folder | undefined;
  /** Reads ConfigMaps, Secrets and fields again, at most once a second. */
  refresh(): Promise<void>;
}

interface PodSource {
  pod(): Pod;
  podIP(): string;
  /** The PersistentVolume that a claim of the pod is bound to. */
  volumeOf(claim: string): string | undefined;
}

interface MadeVolume {
  folder: Folder;
  /** Of what comes from the API: what was written last. */
  payload?: Payload;
  tokens?: Tokens;
}

const freshMs = 1000;

/** Nothing is made or read before a container looks into a volume. */
export function createPodVolumes(host: Host, { pod, podIP, volumeOf }: PodSource): PodVolumes {
  const volumes = new Map<string, MadeVolume>();
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;
  const make = (volume: Volume): Folder => {
    const own = volume.ephemeral ? `${pod().metadata.name}-${volume.name}` : undefined;
    const claim = volume.persistentVolumeClaim?.claimName ?? own;
    // What is stored belongs to the volume: a claim that is made again gets another one.
    if (claim !== undefined) return host.storage(`volume/${volumeOf(claim) ?? `of ${pod().metadata.uid}/${claim}`}`);
    if (volume.hostPath) return host.storage(`path/${host.node}/${volume.hostPath.path}`);
    return sourcesOf(volume) ? { ...folder(0o777), readOnly: true } : folder(0o777);
  };
  const madeOf = (name: string) => {
    const volume = pod().spec.volumes?.find((one) => one.name === name);
    if (!volume) return undefined;
    const made = volumes.get(name) ?? { folder: make(volume) };
    volumes.set(name, made);
    return made;
  };
  const refresh = async () => {
    const facts = { pod: pod(), podIP: podIP(), hostIP: host.hostIP };
    for (const volume of pod().spec.volumes ?? []) {
      const sources = sourcesOf(volume);
      const made = sources && madeOf(volume.name);
      if (!made) continue;
      made.tokens ??= new Map();
      const payload = await readPayload(host, facts, sources, made.tokens);
      writePayload(made.folder, payload, made.payload);
      made.payload = payload;
    }
    refreshedAt = performance.now();
  };
  return {
    folder: (name) => madeOf(name)?.folder,
    async refresh() {
      if (performance.now() - refreshedAt < freshMs) return;
      refreshing ??= refresh().finally(() => {
        refreshing = undefined;
      });
      await refreshing;
    },
  };
}
