import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { maskText } from '../../src/base/masking.ts';
import { loadRun } from '../../src/cli/run-loading.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { missingConsent } from '../../src/playbooks/consent.ts';
import { readInputs } from '../../src/playbooks/inputs-from-cluster.ts';
import { findManifestSet } from '../../src/playbooks/manifest-set.ts';
import type { Playbook } from '../../src/playbooks/model.ts';
import { judge } from '../../src/playbooks/steps/check/judge.ts';
import { sourceKindOf } from '../../src/playbooks/steps/check/sources.ts';
import { withoutSecrets } from '../../src/playbooks/steps/check/without-secrets.ts';
import { pageNames, readPage } from '../../src/systems/pages.ts';
import { openBench } from '../playbooks/steps/context.ts';

/** A second of the program is twenty milliseconds here. */
vi.mock('../../src/base/time-limit.ts', async (load) => {
  const whole = await load<typeof import('../../src/base/time-limit.ts')>();
  const withinTimeLimit = <T>(ms: number, work: () => T) => whole.withinTimeLimit(ms / 50, work);
  return { ...whole, withinTimeLimit };
});

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', annotations: { [lastApplied]: '{"data":{"KEY":"aHVudGVyMg=="}}', 'x/issuer': 'me' } },
  data: { KEY: 'aHVudGVyMg==', EMPTY: '' },
};

function workspaceWith(steps: string, head = ''): string {
  const workspace = mkdtempSync(join(tmpdir(), 'tars-console-foreign-'));
  vi.stubEnv('XDG_STATE_HOME', join(workspace, 'state'));
  const folder = join(workspace, '.tars-console', 'playbooks', 'shop');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'look.yaml'), `title: Look\n${head}steps:\n${steps}`);
  return workspace;
}

describe('a diagnosis of a folder that somebody else has made', () => {
  const check = (source: string) =>
    `  - title: One\n    check: { collect: { x: ${source} }, findings: [{ title: t, expect: 'true', expected: e, observed: o }] }\n`;

  it.each([
    ['a Prometheus by its URL', `  - title: One\n    promql: { query: up, url: 'http://evil.example' }\n`],
    ['a URL', check(`{ http: { url: 'http://evil.example' } }`)],
    ['a name', check('{ dns: evil.example }')],
    ['a file', check('{ file: ~/.ssh/id_rsa }')],
    ['a folder', check('{ repository: { folder: .. } }')],
  ])('asks nobody for %s without a consent', (_, steps) => {
    const workspace = workspaceWith(steps, 'diagnosis: true\n');
    const consent = missingConsent(loadRun({ playbook: 'shop/look', workspace, manifests: 'any' }));
    expect(consent?.steps.map(({ title }) => title)).toEqual(['One']);
  });

  it('asks for a consent before it looks at what another host shows', () => {
    const workspace = workspaceWith(`  - title: One\n    certificate: { check: 'evil.example:443' }\n`);
    expect(missingConsent(loadRun({ playbook: 'shop/look', workspace, manifests: 'any' }))).toBeDefined();
  });

  it('asks for none where it reads the cluster alone', () => {
    const workspace = workspaceWith(check('{ list: v1/Pod }'), 'diagnosis: true\n');
    expect(missingConsent(loadRun({ playbook: 'shop/look', workspace, manifests: 'any' }))).toBeUndefined();
  });
});

describe('what a check learns of Secrets', () => {
  it('is their keys, by every way', async () => {
    const bench = await openBench();
    await bench.api.client.create('/api/v1/namespaces/tars/secrets', secret);
    const read = (source: Record<string, unknown>) => sourceKindOf(source).read(source, bench.context);
    const path = '/api/v1/namespaces/tars/secrets';
    const answers = await Promise.all([
      read({ get: 'v1/Secret', name: 's' }),
      read({ list: 'v1/Secret' }),
      read({ path }),
      read({ path: `${path}/s` }),
      read({ path: '/api/v1/namespaces/tars/%73ecrets/s' }),
    ]);
    for (const answer of answers) {
      expect(JSON.stringify(answer)).toContain('"KEY"');
      expect(JSON.stringify(answer)).not.toContain('aHVudGVyMg');
    }
    expect(answers[0]).toMatchObject({
      data: { KEY: maskText, EMPTY: '' },
      metadata: { annotations: { 'x/issuer': 'me' } },
    });
    await bench.close();
  });

  it('is no less of everything else', () => {
    const pods = { kind: 'List', items: [{ kind: 'Pod', data: { KEY: 'x' } }, secret] };
    const known = withoutSecrets(pods);
    expect(known.items[0]).toEqual(pods.items[0]);
    expect(JSON.stringify(known)).not.toContain('aHVudGVyMg');
    for (const value of [null, undefined, 'text', 7, [], { kind: 'Secret', data: null }])
      expect(withoutSecrets(value)).toEqual(value === null || typeof value !== 'object' ? value : expect.anything());
  });
});

describe('a path of the API server', () => {
  it.each([
    '/api/v1/namespaces/x/services/evil:80/proxy/shutdown',
    '/api/v1/namespaces/x/pods/y/%70roxy/',
    '/api/v1/nodes/n/proxy/pods',
    '/api/v1/namespaces/x/pods/y/exec?command=id',
    '/api/v1/watch/pods',
    '/api/v1/pods?watch=1',
    '/api/v1/namespaces/x/pods/y/log?follow=true',
  ])('%s is not asked', async (path) => {
    const request = vi.fn();
    const context = { connection: { request } as unknown as Connection, signal: new AbortController().signal };
    const source = { path };
    await expect(sourceKindOf(source).read(source, context as never)).rejects.toThrow('does not ask through');
    expect(request).not.toHaveBeenCalled();
  });
});

describe('commands that people copy', () => {
  it('quote what came out of an expression', () => {
    const evil = '$(touch x)';
    // Nothing of it stands outside of quotes.
    for (const source of [
      { get: 'v1/ConfigMap', name: evil },
      { get: 'v1/ConfigMap', name: 'x', namespace: evil },
      { list: 'v1/Pod', namespace: evil },
      { logs: { of: `Pod/${evil}`, container: evil, namespace: evil } },
      { logs: { namespace: evil } },
      { exec: { in: `Pod/${evil}`, container: evil, command: ['true'] } },
      { http: { ingress: evil } },
    ])
      for (const line of sourceKindOf(source).commands(source, 'tars'))
        expect(line.replace(/'[^']*'/g, ''), line).not.toContain('$(');
  });
});

describe('expressions over long lists', () => {
  const object = { metadata: { name: `${'a'.repeat(60)}!` } };

  it('do not hold up a form', async () => {
    const choices = { list: 'v1/Pod', value: `object.metadata.name.matches("(a+)+$") ? "x" : "y"` };
    const inputs = { one: { type: 'string', description: 'x', choices } };
    const playbook = { ref: 'shop/look', inputs, steps: [], calls: {} } as unknown as Playbook;
    const bench = await openBench();
    const { connection: whole } = bench.context;
    const request: Connection['request'] = async (asked) =>
      asked.path.endsWith('/pods')
        ? { status: 200, headers: {}, body: { kind: 'PodList', items: [object], metadata: {} } as never }
        : whole.request(asked);
    const reading = await readInputs({ ...whole, request }, playbook, 'tars');
    expect(reading.unread).toEqual([expect.objectContaining({ name: 'one', key: 'choices' })]);
    await bench.close();
  });

  it('do not hold up a diagnosis, though each is quick enough', () => {
    let judged = 0;
    const evaluate = (text: string) => {
      if (text === 'objects') return Array.from({ length: 100 }, () => object);
      judged += 1;
      for (const until = performance.now() + 20; performance.now() < until; );
      return true;
    };
    const rule = { title: 't', each: 'objects', expect: 'slow', expected: 'e', observed: 'o' };
    const context = { evaluate, render: (value: unknown) => value, scope: {} };
    const found = judge(rule as never, { values: {}, errors: {} }, context as never);
    expect(found).toEqual([
      expect.objectContaining({ unread: true, observed: expect.stringContaining('longer than') }),
    ]);
    expect(judged).toBeLessThan(50);
  });
});

describe('files of a foreign folder that are looked for by themselves', () => {
  it('secrets.yaml that is a device does not hold up the look for manifests', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'tars-console-foreign-'));
    mkdirSync(join(workspace, 'k8s'));
    symlinkSync('/dev/zero', join(workspace, 'k8s', 'secrets.yaml'));
    writeFileSync(join(workspace, 'k8s', 'a.yaml'), '');
    const { set } = findManifestSet(workspace, ['manifests/a.yaml']);
    expect(set?.notes).toEqual([expect.stringContaining('secrets.yaml is not used')]);
  });

  it('pages are plain files of the workspace with plain names', () => {
    const root = mkdtempSync(join(tmpdir(), 'tars-console-foreign-'));
    const folder = join(root, '.tars-console', 'playbooks');
    mkdirSync(join(folder, 'shop', 'pages'), { recursive: true });
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'pages'), 'no folder');
    writeFileSync(join(root, 'key.md'), 'private');
    symlinkSync(join(root, 'key.md'), join(folder, 'shop', 'pages', 'key.md'));
    const within = mkdtempSync(join(tmpdir(), 'tars-console-elsewhere-'));
    writeFileSync(join(within, 'key.md'), 'private');
    symlinkSync(join(within, 'key.md'), join(folder, 'shop', 'pages', 'out.md'));
    symlinkSync('/dev/zero', join(folder, 'shop', 'pages', 'zero.md'));
    writeFileSync(join(folder, 'shop', 'pages', 'large.md'), 'x'.repeat(300 * 1024));
    writeFileSync(join(folder, 'shop', 'pages', '\u001b[31m.md'), 'x');
    const roots = [{ folder, source: 'workspace' as const }];
    expect(pageNames(roots)).toEqual(['shop/key', 'shop/large', 'shop/out', 'shop/zero']);
    expect(() => readPage('shop/out', roots)).toThrow('outside of the workspace');
    expect(() => readPage('shop/zero', roots)).toThrow('no plain file');
    expect(() => readPage('shop/large', roots)).toThrow('too large');
    for (const ref of ['shop/../shop/key', '../x/key', 'shop/../../key', 'other/pages'])
      expect(readPage(ref, roots)).toBeUndefined();
  });
});
