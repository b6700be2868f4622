import { extract, pack } from 'tar-stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { execute, runningPod } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let namespace = '';
const run = (command: string[], stdin?: Buffer) => execute(cluster, namespace, 'box', command, stdin ? { stdin } : {});

beforeAll(async () => {
  namespace = await cluster.namespace();
  const base = `/api/v1/namespaces/${namespace}`;
  await cluster.post(`${base}/configmaps`, { metadata: { name: 'settings' }, data: { 'app.yaml': 'mode: fast\n' } });
  await runningPod(
    cluster,
    namespace,
    'box',
    { volumeMounts: [{ name: 'settings', mountPath: '/etc/app' }] },
    { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
  );
});

/** Bytes of an archive of one file. */
function archive(name: string, text: string): Promise<Buffer> {
  const packer = pack();
  const chunks: Buffer[] = [];
  packer.on('data', (chunk) => chunks.push(chunk as Buffer));
  packer.entry({ name }, text);
  packer.finalize();
  return new Promise((resolve) => packer.on('end', () => resolve(Buffer.concat(chunks))));
}

it('takes an archive in, as kubectl cp sends it, and gives one out', async () => {
  expect((await run(['test', '-d', '/tmp'])).status.status).toBe('Success');
  expect((await run(['test', '-d', '/tmp/in.txt'])).status.details.causes[0].message).toBe('1');
  const sent = await run(['tar', '-xmf', '-', '-C', '/tmp'], await archive('in.txt', 'from outside\n'));
  expect(sent.status).toEqual({ metadata: {}, status: 'Success' });
  expect((await run(['cat', '/tmp/in.txt'])).stdout).toBe('from outside\n');
  const { stdout } = await run(['tar', 'cf', '-', '/tmp/in.txt']);
  const names: string[] = [];
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    names.push(header.name);
    stream.on('end', next);
    stream.resume();
  });
  const done = new Promise<void>((resolve) => reader.on('finish', () => resolve()));
  reader.end(Buffer.from(stdout));
  await done;
  expect(names).toEqual(['tmp/in.txt']);
});

it('shows a ConfigMap as files that follow it and cannot be written', async () => {
  expect((await run(['cat', '/etc/app/app.yaml'])).stdout).toBe('mode: fast\n');
  const refused = await run(['sh', '-c', 'echo x > /etc/app/app.yaml']);
  expect(refused.stderr).toContain('Read-only file system');
  const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
  await cluster.patch(path, { data: { 'app.yaml': 'mode: slow\n' } }, 'merge-patch+json');
  const wait = 'until grep -q slow /etc/app/app.yaml; do sleep 0.1; done; cat /etc/app/app.yaml';
  expect((await run(['sh', '-c', wait])).stdout).toBe('mode: slow\n');
});
