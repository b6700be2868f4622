import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import { stepSchema } from '../../../src/playbooks/schema.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { mergeKubeconfig } from '../../../src/playbooks/steps/file/kubeconfig.ts';
import {
  pickContext,
  putBack,
  soleKubeconfig,
  withoutContext,
} from '../../../src/playbooks/steps/kubeconfig/entries.ts';
import { kubeconfigStep } from '../../../src/playbooks/steps/kubeconfig.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { stepWithoutCluster } from './step-without-cluster.ts';

const entry = (name: string, server = `https://${name}:6443`) => ({
  clusters: [{ name, cluster: { server } }],
  users: [{ name, user: { token: `token-of-${name}` } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
});
const rke2 = stringify({
  ...entry('default', 'https://127.0.0.1:6443'),
  users: [{ name: 'default', user: { 'client-key-data': 'c2VjcmV0LWtleQ==' } }],
  'current-context': 'default',
});
const mine = `# mine\n${stringify({ ...entry('work'), 'current-context': 'work' })}`;

const parse = (kubeconfig: Record<string, unknown>) =>
  stepSchema(kubeconfigStep as StepKind).parse({ title: 'x', kubeconfig }) as Parameters<typeof kubeconfigStep.run>[0];
const prepare = (kubeconfig: Record<string, unknown>, files: Record<string, string> = { config: mine }) => ({
  config: parse({ into: 'config', ...kubeconfig }),
  ...stepWithoutCluster({ files }),
});
const { KUBECONFIG, PATH } = process.env;
afterEach(() => {
  delete process.env.TARS_CONSOLE_SSH;
  Object.assign(process.env, { PATH });
  if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
});

describe('a kubeconfig that comes in', () => {
  it('is fetched from a host, its address is the host’s own, and its secrets are said nowhere', async () => {
    const ssh = fakeProgram('ssh', `process.stdout.write(${JSON.stringify(rke2)})`);
    process.env.TARS_CONSOLE_SSH = ssh.path;
    const from = { ssh: { host: 'root@10.0.0.5:2222', sudo: true }, path: '/etc/rancher/rke2/rke2.yaml' };
    const { config, context, folder, said, mask } = prepare({ from, name: 'farm', test: false, use: true });
    const result = await kubeconfigStep.run(config, context);
    const text = readFileSync(join(folder, 'config'), 'utf8');
    const merged = parseYaml(text);
    expect(merged.clusters.find(({ name }: { name: string }) => name === 'farm').cluster.server).toBe(
      'https://10.0.0.5:6443',
    );
    expect(merged['current-context']).toBe('farm');
    expect(text.startsWith('# mine\n')).toBe(true);
    expect(ssh.calls()[0]?.args.at(-1)).toBe('sudo -n sh -s');
    expect(`${said.join()}${JSON.stringify(result)}`).not.toContain('c2VjcmV0');
    expect(mask('a line with c2VjcmV0LWtleQ== in it')).not.toContain('c2VjcmV0');
    const backup = String(result.outputs?.backup);
    expect(readFileSync(backup, 'utf8')).toBe(mine);
    expect((await kubeconfigStep.run(config, context)).status).toBe('skipped');
  });

  it('is refused where another host would have a program started here, or names files that are only there', async () => {
    const bad = { ...entry('x'), users: [{ name: 'x', user: { exec: { command: 'rm' } } }] };
    const far = {
      ...entry('x'),
      clusters: [{ name: 'x', cluster: { server: 'https://x', 'certificate-authority': '/ca' } }],
    };
    for (const [there, message] of [
      [bad, 'would start a program on this machine'],
      [far, 'names a file that is only there: /ca'],
    ] as const) {
      process.env.TARS_CONSOLE_SSH = fakeProgram(
        'ssh',
        `process.stdout.write(${JSON.stringify(stringify(there))})`,
      ).path;
      const { config, context, folder } = prepare({ from: { ssh: { host: 'a' }, path: '/k' }, name: 'x', test: false });
      await expect(kubeconfigStep.run(config, context)).rejects.toThrow(message);
      expect(readFileSync(join(folder, 'config'), 'utf8')).toBe(mine);
    }
  });

  it('comes from a program that prints it, or writes it to a place of its own that is gone afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tars-console-home-'));
    const body = `if (args[0] === 'print') process.stdout.write(${JSON.stringify(rke2)});
else fs.writeFileSync(process.env.KUBECONFIG, ${JSON.stringify(rke2)});`;
    const program = fakeProgram('kind', body);
    process.env.PATH = `${program.folder}:${PATH}`;
    process.env.KUBECONFIG = join(folder, 'config');
    for (const from of [{ command: ['kind', 'print'] }, { command: ['kind', 'write'], writes: true }]) {
      const { config, context } = stepWithKubeconfig({ from, name: 'dev', test: false });
      await kubeconfigStep.run(config, context);
      expect(parseYaml(readFileSync(join(folder, 'config'), 'utf8')).contexts).toHaveLength(1);
    }
    expect(statSync(join(folder, 'config')).mode & 0o777).toBe(0o600);
    expect(existsSync(program.calls()[1]?.env.KUBECONFIG ?? '')).toBe(false);
  });

  it('leaves another of that name alone unless it may replace it', async () => {
    const files = { config: mine, new: stringify(entry('other')) };
    const from = { file: 'new' };
    const { config, context, folder } = prepare({ from, name: 'work', test: false }, files);
    await expect(kubeconfigStep.run(config, context)).rejects.toThrow(
      'has another context, cluster or user of the name work',
    );
    expect(readdirSync(folder).sort()).toEqual(['config', 'new']);
    const again = parse({ into: 'config', from, name: 'work', test: false, replace: true });
    await kubeconfigStep.run(again, context);
    expect(parseYaml(readFileSync(join(folder, 'config'), 'utf8')).clusters[0].cluster.server).toBe(
      'https://other:6443',
    );
  });

  it('is not written where its cluster does not answer', async () => {
    const files = { config: mine, new: stringify(entry('gone', 'https://127.0.0.1:1')) };
    const { config, context, folder } = prepare({ from: { file: 'new' }, name: 'gone' }, files);
    await expect(kubeconfigStep.run(config, context)).rejects.toThrow();
    expect(readFileSync(join(folder, 'config'), 'utf8')).toBe(mine);
  });

  it('previews by names only, and does not run what would fetch it', async () => {
    const files = { config: mine, new: stringify(entry('other')) };
    const { config, context } = prepare({ from: { file: 'new' }, name: 'dev', use: true }, files);
    const plan = await kubeconfigStep.plan?.(config, context);
    expect(plan?.changes[0]?.fields?.map(({ path }) => path)).toEqual([
      'clusters[name=dev]',
      'contexts[name=dev]',
      'users[name=dev]',
      'current-context',
    ]);
    expect(JSON.stringify(plan)).not.toContain('token-of');
    const other = parse({ into: 'config', from: { command: ['no-such-program'] }, name: 'work' });
    expect(await kubeconfigStep.plan?.(other, context)).toMatchObject({
      certainty: 'partly',
      changes: [{ object: 'context/work', action: 'update' }],
    });
  });

  it('is only told on the sandbox', async () => {
    const { folder, context } = stepWithoutCluster({ files: { config: mine }, info: { sandbox: true } });
    const result = await kubeconfigStep.run(parse({ into: 'config', from: { file: 'nowhere' }, name: 'dev' }), context);
    expect(result).toMatchObject({ status: 'skipped', summary: expect.stringContaining('a rehearsal') });
    expect(readFileSync(join(folder, 'config'), 'utf8')).toBe(mine);
  });
});

function stepWithKubeconfig(kubeconfig: Record<string, unknown>) {
  return { config: parse(kubeconfig), ...stepWithoutCluster() };
}

describe('a context that goes', () => {
  it('goes with what only it needs, and comes back when that is taken back', async () => {
    const text = mergeKubeconfig(mine, { text: stringify(entry('dev')), use: true }, 'config');
    const { config, context, folder } = prepare({ remove: 'dev' }, { config: text });
    const before = await kubeconfigStep.before?.(config, context);
    expect(JSON.stringify(before)).not.toContain('token-of');
    await kubeconfigStep.run(config, context);
    const now = parseYaml(readFileSync(join(folder, 'config'), 'utf8'));
    expect(
      [now.contexts, now.clusters, now.users].map((list) => list.map(({ name }: { name: string }) => name)),
    ).toEqual([['work'], ['work'], ['work']]);
    expect(now['current-context']).toBe('');
    expect((await kubeconfigStep.run(config, context)).status).toBe('skipped');
    // Somebody adds another one meanwhile.
    const later = mergeKubeconfig(
      readFileSync(join(folder, 'config'), 'utf8'),
      { text: stringify(entry('later')) },
      'config',
    );
    writeFileSync(join(folder, 'config'), later);
    await kubeconfigStep.undo?.(config, context, before);
    const back = parseYaml(readFileSync(join(folder, 'config'), 'utf8'));
    expect(back.contexts.map(({ name }: { name: string }) => name)).toEqual(['work', 'later', 'dev']);
    expect(back['current-context']).toBe('later');
  });
});

const names = fc.constantFrom('a', 'b', 'c', 'team/x', 'ä ö', '1');
const configs = fc.uniqueArray(names, { maxLength: 4 }).map((all) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: all.flatMap((name) => entry(name).clusters),
    users: all.flatMap((name) => entry(name).users),
    contexts: all.flatMap((name) => entry(name).contexts),
    'current-context': all[0] ?? '',
    extensions: [{ name: 'kept', extension: { deep: [1, { two: null }] } }],
  }),
);

describe('any kubeconfig', () => {
  it('keeps what others have in it, is the same the second time, and is as it was once it is taken back', () => {
    fc.assert(
      fc.property(configs, names, fc.boolean(), (text, name, use) => {
        const sole = soleKubeconfig(pickContext(stringify({ ...entry('new'), 'current-context': 'new' })), name);
        const merged = mergeKubeconfig(text, { text: sole, use }, 'config');
        expect(mergeKubeconfig(merged, { text: sole, use }, 'config')).toBe(merged);
        expect(pickContext(merged, name)).toMatchObject({
          cluster: { server: 'https://new:6443' },
          user: { token: 'token-of-new' },
        });
        const others = (config: string) => parseYaml(withoutContext(config, name, 'config'));
        expect({ ...others(merged), 'current-context': '' }).toEqual({ ...others(text), 'current-context': '' });
        const back = parseYaml(putBack(merged, text, name, 'config'));
        const sorted = (value: Record<string, unknown>) =>
          Object.fromEntries(
            Object.entries(value).map(([key, list]) => [
              key,
              Array.isArray(list) ? [...list].sort((a, b) => String(a.name).localeCompare(String(b.name))) : list,
            ]),
          );
        expect(sorted(back)).toEqual(sorted(parseYaml(text)));
      }),
      { numRuns: 25 },
    );
  });
});
