import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { finishProgram } from '../../cli/program-process.ts';

const minute = 60_000;
const example = join(packageRoot(), 'playbooks/examples/guest-book');
const program = (...args: string[]) => finishProgram(args, {}, example);
const run = (name: string, ...more: string[]) => program('run', `guest-book/${name}`, '--sandbox', '--yes', ...more);

// Started in the folder, whose rules say which version never becomes ready.
beforeAll(() => program('sandbox', '--speed', '30'), minute);
afterAll(() => program('sandbox', 'stop'), minute);

test(
  'a version of the example that never becomes ready is taken back, and the data stays when it is cleaned up',
  async () => {
    const planned = await run('deploy', '--plan');
    expect(planned.stdout).toMatch(/manifests +the workspace’s own/);
    const deployed = await run('deploy');
    expect({ code: deployed.code, said: deployed.code === 0 ? '' : deployed.stdout }).toEqual({ code: 0, said: '' });

    const failed = await run('new-version', '--set', 'tag=6.6.6');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain(
      'registry.example.com/guest-book/web:6.6.6 → registry.example.com/guest-book/web:1.0.0',
    );
    expect(failed.stdout).toContain('what was done was taken back');
    const gone = await run('clean-up', '--set', 'confirmName=guest-book');
    expect(gone.stdout).toContain('kept: PersistentVolumeClaim/backups');
    expect(gone.code).toBe(0);
  },
  2 * minute,
);
