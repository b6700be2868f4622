import { wallClock } from '../workloads/clock.ts';
import { file, folder } from '../workloads/files/entries.ts';
import { createFileSystem, type FileSystem } from '../workloads/files/file-system.ts';
import { imageFiles } from '../workloads/files/image-files.ts';
import type { FoundImage } from '../workloads/registry.ts';
import { programNames } from '../workloads/shell/find-program.ts';
import type { ContainerSystem } from '../workloads/system.ts';
import type { ContainerSpec, VolumeMount } from './pod.ts';
import type { RunnerParts } from './runner-parts.ts';
import { terminationPath } from './termination-message.ts';

export interface SystemSource {
  parts: RunnerParts;
  spec: ContainerSpec;
  image: FoundImage;
  env: Readonly<Record<string, string>>;
  /** A signal to process 1. */
  onSignal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface SystemOfContainer extends ContainerSystem {
  /** What is in a file; undefined when it is not there. Nobody has written before the files were looked at. */
  written(path: string): Buffer | undefined;
}

/** What the programs of one container find around them. Its files are made when somebody first looks at them. */
export function createContainerSystem({ parts, spec, image, env, onSignal }: SystemSource): SystemOfContainer {
  const { host } = parts;
  const { metadata, spec: wanted } = parts.pod();
  const { name, namespace = 'default' } = metadata;
  const hostname = wanted.hostNetwork ? host.node : (wanted.hostname ?? name);
  const words = [...(spec.command ?? []), ...(spec.args ?? [])];
  const command = words.length > 0 ? words : [spec.image];
  const userId = spec.securityContext?.runAsUser ?? wanted.securityContext?.runAsUser ?? 0;
  let files: FileSystem | undefined;
  const own = (to: string) => (to === 'localhost' || to === '127.0.0.1' || to === hostname ? parts.podIP() : to);
  const make = () => {
    const programs = new Set([...programNames, ...Object.keys(image.programs)]);
    const facts = { hostname, address: parts.podIP(), namespace, programs, alpine: image.alpine, userId, command };
    const made = createFileSystem(imageFiles(facts));
    for (const mount of spec.volumeMounts ?? []) mountVolume(made, parts, mount, env);
    made.place(terminationPath(spec), file('', 0o666), true);
    made.makeFolder(spec.workingDir ?? '/', true);
    return made;
  };
  return {
    hostname,
    env,
    workingDir: spec.workingDir ?? '/',
    userId,
    clock: wallClock,
    async files() {
      await parts.volumes.refresh();
      files ??= make();
      return files;
    },
    written(path) {
      const found = files?.find(path);
      return found?.kind === 'file' ? found.data : undefined;
    },
    program: (wantedName) => (Object.hasOwn(image.programs, wantedName) ? image.programs[wantedName] : undefined),
    dial: (to, port) => host.dial(namespace, own(to), port),
    resolve: (to) => (to === 'localhost' ? ['127.0.0.1'] : host.resolve(namespace, own(to))),
    processes: () => [{ pid: 1, command: command.join(' ') }],
    signal(pid, signal) {
      if (pid === 1) onSignal(signal);
      return pid === 1;
    },
  };
}

function mountVolume(
  files: FileSystem,
  { volumes }: RunnerParts,
  mount: VolumeMount,
  env: Readonly<Record<string, string>>,
): void {
  const volume = volumes.folder(mount.name) ?? folder();
  const below = mount.subPathExpr?.replace(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? '') ?? mount.subPath;
  const path = mount.mountPath.replace(/(.)\/+$/, '$1');
  if (!below) {
    files.place(path, mount.readOnly ? { ...volume, readOnly: true } : volume, true);
    return;
  }
  const inner = createFileSystem(volume);
  if (!inner.find(`/${below}`) && !volume.readOnly) inner.makeFolder(`/${below}`, true);
  const entry = inner.find(`/${below}`) ?? file('');
  // A single file of a ConfigMap stays as it was when it was mounted.
  files.place(path, entry.kind === 'file' && volume.readOnly ? { ...entry, readOnly: true } : entry, true);
}
