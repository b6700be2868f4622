import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stepSchema } from '../../../src/playbooks/schema.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import {
  blockMarks,
  withBlock,
  withLines,
  withoutBlock,
  withoutLines,
} from '../../../src/playbooks/steps/file/edit.ts';
import { lineChanges } from '../../../src/playbooks/steps/file/lines-diff.ts';
import { fileStep } from '../../../src/playbooks/steps/file.ts';
import { type StepOptions, stepWithoutCluster } from './step-without-cluster.ts';

const prepare = (file: Record<string, unknown>, options: StepOptions = {}) => {
  const step = stepWithoutCluster(options);
  const config = stepSchema(fileStep as StepKind).parse({ title: 'x', file }) as Parameters<typeof fileStep.run>[0];
  const path = join(step.folder, String(file.path));
  return { ...step, config, path, read: () => readFileSync(path, 'utf8') };
};
const hosts = '127.0.0.1 localhost\n10.0.0.9 old # kept\n';

describe('a file', () => {
  it('has the lines that it must have, is previewed, left alone the second time, and put back', async () => {
    const options = { files: { hosts } };
    const { config, context, path, read, folder } = prepare(
      { path: 'hosts', lines: ['127.0.0.1 localhost', '10.0.0.5 tars'] },
      options,
    );
    chmodSync(path, 0o640);
    expect(await fileStep.plan?.(config, context)).toEqual({
      certainty: 'previewed',
      summary: path,
      changes: [{ object: `file/${path}`, action: 'update', fields: [{ path: 'line 3', after: '10.0.0.5 tars' }] }],
    });
    const before = await fileStep.before?.(config, context);
    const { outputs } = await fileStep.run(config, context);
    expect(read()).toBe(`${hosts}10.0.0.5 tars\n`);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(String(outputs?.backup), 'utf8')).toBe(hosts);
    expect(String(outputs?.backup)).toContain('run-1');
    expect(await fileStep.run(config, context)).toMatchObject({ status: 'skipped' });
    expect(await fileStep.probe?.(config, context, before)).toMatchObject({ done: true, outputs: { changed: true } });
    await fileStep.undo?.(config, context, before);
    expect(read()).toBe(hosts);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is not put back over what somebody else wrote meanwhile, unless a person says so', async () => {
    const { config, context, path, read } = prepare(
      { path: 'hosts', block: '10.0.0.5 tars' },
      { files: { hosts }, answer: () => ({ kind: 'confirm', yes: false }) },
    );
    const before = await fileStep.before?.(config, context);
    await fileStep.run(config, context);
    writeFileSync(path, `${read()}10.0.0.7 of somebody else\n`);
    await expect(fileStep.undo?.(config, context, before)).rejects.toThrow(/was changed since, and is left as it is/);
    expect(read()).toContain('of somebody else');
  });

  it('is made with its mode, and is gone after undoing', async () => {
    const { config, context, path, read } = prepare(
      { path: 'etc/app.conf', template: 'app.conf', mode: '0600' },
      { files: { 'app.conf': `port = $${'{'}{ inputs.port }}\n` }, scope: { inputs: { port: 8080 } } },
    );
    const before = await fileStep.before?.(config, context);
    await fileStep.run(config, context);
    expect(read()).toBe('port = 8080\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await fileStep.undo?.(config, context, before);
    expect(existsSync(path)).toBe(false);
  });

  it('that is to go comes back with its mode', async () => {
    const { config, context, path, read } = prepare({ path: 'hosts', absent: true }, { files: { hosts } });
    chmodSync(path, 0o600);
    const before = await fileStep.before?.(config, context);
    await fileStep.run(config, context);
    expect(existsSync(path)).toBe(false);
    await fileStep.undo?.(config, context, before);
    expect(read()).toBe(hosts);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('whose content is secret shows nothing of it', async () => {
    const { config, context, read, path } = prepare(
      { path: 'token', input: 'token' },
      { secrets: { token: 'a-marked-token' } },
    );
    const shown = [
      await fileStep.plan?.(config, context),
      await fileStep.run(config, context),
      await fileStep.equivalent(config, context),
    ];
    expect(read()).toBe('a-marked-token');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(shown)).not.toContain('marked');
  });

  it('that is a link, a folder or no text is refused', async () => {
    const step = prepare({ path: 'link', lines: ['x'] }, { files: { hosts, 'folder/x': '' } });
    symlinkSync('/etc/hosts', step.path);
    await expect(fileStep.run(step.config, step.context)).rejects.toThrow(/is a link, and is not followed/);
    const folder = prepare({ path: 'folder', lines: ['x'] }, { files: { 'folder/x': '' } });
    await expect(fileStep.run(folder.config, folder.context)).rejects.toThrow(/is no file/);
    const binary = prepare({ path: 'binary', lines: ['x'] });
    writeFileSync(binary.path, Buffer.from([0xff, 0xfe, 0x00]));
    await expect(fileStep.run(binary.config, binary.context)).rejects.toThrow(/is no text in UTF-8/);
  });

  it.skipIf(process.getuid?.() === 0)('that needs root says what to type', async () => {
    const { config, context } = prepare({ path: '/etc/hosts', lines: ['10.0.0.5 tars'] });
    await expect(fileStep.run(config, context)).rejects.toMatchObject({
      message: expect.stringContaining('that needs root'),
      next: [expect.stringContaining('sudo tee -a /etc/hosts')],
    });
  });
});

describe('a kubeconfig', () => {
  const cluster = (name: string, server: string, token: string) => ({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { token } }],
  });
  const mine = `# mine\n${JSON.stringify(cluster('mine', 'https://mine', 'old-token'))}`;
  const theirs = JSON.stringify(cluster('default', 'https://127.0.0.1:6443', 'a-marked-token'));

  it('is merged under a name that says what it is, credentials unseen', async () => {
    const { config, context, read, path } = prepare(
      { path: 'config', kubeconfig: { from: 'rke2.yaml', as: 'rancher', server: 'https://10.0.0.5:6443' } },
      { files: { config: mine, 'rke2.yaml': theirs } },
    );
    const planned = await fileStep.plan?.(config, context);
    expect(planned?.changes[0]?.fields).toEqual([
      { path: 'clusters[name=rancher]', after: '(new)' },
      { path: 'contexts[name=rancher]', after: '(new)' },
      { path: 'users[name=rancher]', after: '(new)' },
    ]);
    await fileStep.run(config, context);
    expect(read()).toContain('# mine');
    const merged = parse(read());
    expect(merged['current-context']).toBe('mine');
    expect(merged.contexts).toEqual([
      { name: 'mine', context: { cluster: 'mine', user: 'mine' } },
      { name: 'rancher', context: { cluster: 'rancher', user: 'rancher' } },
    ]);
    expect(merged.clusters[1]).toEqual({ name: 'rancher', cluster: { server: 'https://10.0.0.5:6443' } });
    expect(await fileStep.run(config, context)).toMatchObject({ status: 'skipped' });
    expect(existsSync(path)).toBe(true);
  });

  it('is made for its owner alone where there is none', async () => {
    const { config, context, read, path } = prepare(
      { path: 'kube/config', kubeconfig: { from: 'rke2.yaml', use: true } },
      { files: { 'rke2.yaml': theirs } },
    );
    await fileStep.run(config, context);
    expect(parse(read())).toEqual(cluster('default', 'https://127.0.0.1:6443', 'a-marked-token'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('edits', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '#'), maxLength: 3 });
  const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.map((one) => `${one}\n`).join(''));
  const marks = blockMarks('test', '#');

  it('change nothing when they are done again, and can be taken back', () => {
    fc.assert(
      fc.property(text, fc.array(fc.constantFrom('x', 'y', 'z z'), { minLength: 1, maxLength: 3 }), (before, lines) => {
        const edited = withLines(before, lines);
        expect(withLines(edited, lines)).toBe(edited);
        expect(withoutLines(edited, lines)).toBe(before);
        const block = withBlock(before, lines.join('\n'), marks);
        expect(withBlock(block, lines.join('\n'), marks)).toBe(block);
        expect(withoutBlock(withBlock(block, 'other', marks), marks)).toBe(before);
      }),
    );
  });

  it('are told line by line: what goes and what comes make the other text', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = lineChanges(before, after);
        const at = (path: string) => Number(path.slice('line '.length)) - 1;
        const old = before.split('\n').slice(0, -1);
        const gone = new Set(changes.filter((one) => one.before !== undefined).map(({ path }) => at(path)));
        const result = old.filter((_, index) => !gone.has(index));
        for (const { path, after: added } of changes) if (added !== undefined) result.splice(at(path), 0, added);
        expect(result.map((one) => `${one}\n`).join('')).toBe(after);
      }),
    );
  });
});
