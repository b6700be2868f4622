import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSystem, loadSystems } from '../../src/systems/system.ts';

function write(
  name: string,
  text: string,
  root = mkdtempSync(join(tmpdir(), 'tars-console-test-')),
): { root: string; file: string } {
  mkdirSync(join(root, name), { recursive: true });
  const file = join(root, name, 'system.yaml');
  writeFileSync(file, text);
  return { root, file };
}

const least = 'name: shop\ntitle: Shop\ndescription: Sells\nnamespace: shop\nworkloads: [Deployment/shop]\n';

describe('a system', () => {
  it('needs little and has defaults for the rest', () => {
    const { value, diagnostics } = loadSystem(write('shop', least).file, 'workspace');
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      name: 'shop',
      source: 'workspace',
      autoscalers: [],
      services: [],
      access: [],
      targets: [],
    });
  });

  it('is reported with every place that is wrong', () => {
    const text = [
      'name: shop',
      'title: Shop',
      'description: D',
      'namespace: Shop_1',
      'workloads: [shop, Deployment/shop]',
      'services: [shop]',
      'access: [{ title: A, ingress: i, service: "s:80" }]',
      'latency: { target: -1, quantile: p90 }',
      'targtes: []',
      '',
    ].join('\n');
    const { value, diagnostics } = loadSystem(write('shop', text).file, 'workspace');
    expect(value).toBeUndefined();
    const said = diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message} ${hint ?? ''}`);
    expect(said).toHaveLength(7);
    expect(said.join('\n')).toMatch(/4:12 a namespace is written like `tars`/);
    expect(said.join('\n')).toMatch(/5:13 a workload is written like `Deployment\/tars-backend`/);
    expect(said.join('\n')).toMatch(/6:12 a service is written like/);
    expect(said.join('\n')).toMatch(/7:10 an access point is an `ingress` or a `service`/);
    expect(said.join('\n')).toMatch(/8:34 the text `p90` is not allowed here/);
    expect(said.join('\n')).toMatch(/9:1 unknown key `targtes` did you mean `targets`\?/);
  });

  it('has targets that are checked before any load test', () => {
    const targets =
      'targets:\n  - { title: A, expect: metrics.p59 <= 1.0, observed: x }\n  - { title: B, expect: metrics.p95, observed: x }\n';
    const { diagnostics } = loadSystem(write('shop', least + targets).file, 'workspace');
    expect(diagnostics.map(({ line, column, message, hint }) => [line, column, message, hint])).toEqual([
      [7, 33, 'expression: there is no `p59` here', 'did you mean `p95`?'],
      [8, 25, 'this must come to true or false; it is of the type double', undefined],
    ]);
  });

  it('bears the name of its folder', () => {
    const { diagnostics } = loadSystem(write('store', least).file, 'workspace');
    expect(diagnostics.map(({ line, message }) => [line, message])).toEqual([
      [1, 'the name is not that of its folder, `store`'],
    ]);
  });
});

describe('several roots of systems', () => {
  it('give each system once, the first root’s', () => {
    const own = write('shop', least);
    const bundled = write('shop', least.replace('title: Shop', 'title: Ours'));
    write('atas', least.replaceAll('shop', 'atas'), bundled.root);
    const { systems } = loadSystems([
      { folder: own.root, source: 'workspace' },
      { folder: bundled.root, source: 'bundled' },
      { folder: join(own.root, 'absent'), source: 'bundled' },
    ]);
    expect(systems.map(({ name, title, source }) => [name, title, source])).toEqual([
      ['shop', 'Shop', 'workspace'],
      ['atas', 'Shop', 'bundled'],
    ]);
  });
});
