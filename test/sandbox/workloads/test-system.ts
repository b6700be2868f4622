import { wallClock } from '../../../src/sandbox/workloads/clock.ts';
import { createFileSystem } from '../../../src/sandbox/workloads/files/file-system.ts';
import { imageFiles } from '../../../src/sandbox/workloads/files/image-files.ts';
import { programNames } from '../../../src/sandbox/workloads/shell/find-program.ts';
import type { ContainerSystem, Program } from '../../../src/sandbox/workloads/system.ts';

/** A container without a cluster around it. */
export function createTestSystem(
  env: Readonly<Record<string, string>> = {},
  clock: ContainerSystem['clock'] = wallClock,
  dial: ContainerSystem['dial'] = () => undefined,
  programs: Readonly<Record<string, Program>> = {},
): ContainerSystem {
  const facts = { hostname: 'web', address: '10.244.0.2', namespace: 'tars', alpine: true, userId: 0, command: ['sh'] };
  const files = createFileSystem(imageFiles({ ...facts, programs: programNames }));
  return {
    hostname: 'web',
    env: { PATH: '/bin', ...env },
    workingDir: '/',
    userId: 0,
    clock,
    files: async () => files,
    program: (name) => (Object.hasOwn(programs, name) ? programs[name] : undefined),
    dial,
    resolve: (host) => (host === 'web' ? ['10.244.0.2'] : host.endsWith('.invalid') ? [] : ['10.96.0.9']),
    processes: () => [{ pid: 1, command: 'sh' }],
    signal: (pid) => pid === 1,
  };
}
