import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { execInPod } from '../../../../src/cluster/streams/exec.ts';
import { copyStep } from '../../../../src/playbooks/steps/copy.ts';
import { openStepCluster, type StepOptions, stepContext, written } from '../../support/steps.ts';
import { runningPod } from '../../support/streams.ts';

const { cluster, connection } = await openStepCluster();
await runningPod(cluster, connection.info.namespace, 'box');

const copy = (config: object, options: StepOptions = {}) => {
  const step = stepContext(connection, options);
  return { step, config: written(copyStep, { copy: { in: 'Pod/box', ...config } }) };
};
const run = ({ step, config }: ReturnType<typeof copy>) => copyStep.run(config, step.context);

async function inBox(script: string): Promise<string> {
  const { namespace } = connection.info;
  const chunks: Buffer[] = [];
  const onStdout = (bytes: Buffer) => void chunks.push(bytes);
  await execInPod(connection, { namespace, pod: 'box', command: ['sh', '-c', script], onStdout });
  return Buffer.concat(chunks).toString();
}

it('a file of some megabytes goes in and comes out again, the same', async () => {
  const there = copy({ from: 'data.bin', to: 'pod:/data/deep/in.bin' });
  const bytes = randomBytes(3 * 1024 * 1024 + 17);
  writeFileSync(join(there.step.folder, 'data.bin'), bytes, { mode: 0o640 });
  expect(await copyStep.probe?.(there.config, there.step.context)).toMatchObject({ done: false });
  expect((await run(there)).outputs).toEqual({
    files: 1,
    bytes: bytes.length,
    target: '/data/deep/in.bin',
    verified: 'sha256',
    pod: 'box',
  });
  expect(await copyStep.probe?.(there.config, there.step.context)).toMatchObject({ done: true });
  const back = copy({ from: 'pod:/data/deep/in.bin', to: 'out/back.bin' });
  expect((await run(back)).outputs).toMatchObject({ files: 1, verified: 'sha256' });
  expect(readFileSync(join(back.step.folder, 'out/back.bin')).equals(bytes)).toBe(true);
  expect(await copyStep.probe?.(back.config, back.step.context)).toMatchObject({ done: true });
  expect(readdirSync(join(back.step.folder, 'out'))).toEqual(['back.bin']);
});

it('a folder goes in under its own name and comes into the folder that is there', async () => {
  const files = { 'site/index.html': '<p>hi</p>', 'site/a b/ünï.txt': 'text', 'site/empty': '' };
  await inBox('mkdir -p /srv');
  expect((await run(copy({ from: 'site', to: 'pod:/srv/' }, { files }))).outputs).toMatchObject({
    files: 3,
    target: '/srv/site',
    verified: 'sha256',
  });
  expect(await inBox('cat "/srv/site/a b/ünï.txt" /srv/site/index.html')).toBe('text<p>hi</p>');
  const back = copy(
    { from: 'pod:/srv/site', to: 'www' },
    { files: { 'www/site/kept.txt': 'mine', 'www/site/empty': 'old' } },
  );
  expect((await run(back)).outputs).toMatchObject({ files: 3 });
  const www = join(back.step.folder, 'www/site');
  expect(readdirSync(www).sort()).toEqual(['a b', 'empty', 'index.html', 'kept.txt']);
  expect(readFileSync(join(www, 'empty'), 'utf8')).toBe('');
});

it('links are refused on both sides, and nothing is left behind', async () => {
  const local = copy({ from: 'folder', to: 'pod:/tmp/folder' });
  mkdirSync(join(local.step.folder, 'folder'));
  symlinkSync('/etc/passwd', join(local.step.folder, 'folder/link'));
  await expect(run(local)).rejects.toThrow(/link is a symbolic link; only files and folders/);
  await inBox('mkdir -p /tmp/linked; echo x > /tmp/linked/a; ln -s /etc/passwd /tmp/linked/b');
  const remote = copy({ from: 'pod:/tmp/linked', to: 'linked' });
  await expect(run(remote)).rejects.toThrow(/linked\/b in the container is a link to \/etc\/passwd/);
  expect(readdirSync(remote.step.folder)).toEqual([]);
});

it('a path outside of the workspace, one that is not there and a read-only place are told', async () => {
  await expect(run(copy({ from: 'pod:/tmp/x', to: '../outside' }))).rejects.toThrow('is outside of the folder');
  await expect(run(copy({ from: 'pod:/no/such', to: 'x' }))).rejects.toThrow(
    /\/no\/such could not be read in the container: tar/,
  );
  await expect(run(copy({ from: 'none.txt', to: 'pod:/tmp/x' }))).rejects.toThrow(/none\.txt cannot be read/);
});

it('its plan says what would be copied', async () => {
  const { step, config } = copy({ from: 'a.txt', to: 'pod:/tmp/a.txt' }, { files: { 'a.txt': 'four' } });
  expect((await copyStep.plan?.(config, step.context))?.changes[0]).toMatchObject({
    object: 'Pod/box',
    note: 'a.txt → /tmp/a.txt (1 file, 4 B)',
  });
  expect(statSync(join(step.folder, 'a.txt')).size).toBe(4);
  expect(await copyStep.equivalent(config, step.context)).toEqual([
    `kubectl cp -n ${connection.info.namespace} a.txt "box:/tmp/a.txt"`,
  ]);
});
