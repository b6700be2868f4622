import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../src/playbooks/loading/load-playbook.ts';
import { findManifestSet, manifestFolders } from '../../src/playbooks/manifest-set.ts';
import { fileHashes, flattenPlaybook, hashPlan, planFiles, planSteps } from '../../src/playbooks/plan.ts';
import { createPlanContext } from '../../src/playbooks/plan-context.ts';
import type { StepKind } from '../../src/playbooks/step-kind.ts';
import { helmStep } from '../../src/playbooks/steps/helm.ts';
import { kustomizeStep } from '../../src/playbooks/steps/kustomize.ts';
import { testKinds } from './loading/kinds.ts';

const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
  mkdirSync(join(folder, 'shop/manifests'), { recursive: true });
  writeFileSync(join(folder, 'shop/manifests/a.yaml'), manifest('a'));
  writeFileSync(join(folder, 'shop/manifests/b.yaml'), manifest('b'));
  writeFileSync(
    join(folder, 'shop/inner.yaml'),
    'title: Inner\nsteps:\n  - { id: a, title: A, apply: manifests/a.yaml }\n  - { id: b, title: B, apply: manifests/b.yaml, wait: ready }\n',
  );
  writeFileSync(
    join(folder, 'shop/outer.yaml'),
    'title: Outer\ninputs: { tag: { description: T, default: one } }\nsteps:\n  - { id: first, title: First, http: { service: "a:80" } }\n  - { id: deploy, title: Deploy, playbook: shop/inner }\n',
  );
});

function outer() {
  const { value, diagnostics } = loadPlaybook('shop/outer', {
    roots: [{ folder, source: 'bundled' }],
    stepKinds: testKinds,
  });
  expect(diagnostics).toEqual([]);
  if (!value) throw new Error('the playbook is not valid');
  return value;
}

describe('a plan', () => {
  it('has the steps of called playbooks behind the step that calls them', async () => {
    const playbook = outer();
    const planned = await planSteps(playbook, testKinds, (place) =>
      createPlanContext(place.playbook, 'shop', { inputs: {} }),
    );
    expect(planned.map(({ id, depth, group, kind }) => [id, depth, group, kind])).toEqual([
      ['first', 0, false, 'http'],
      ['deploy', 0, true, 'playbook'],
      ['deploy/a', 1, false, 'apply'],
      ['deploy/b', 1, false, 'apply'],
    ]);
    expect(planned[2]?.equivalent).toEqual(['$ apply']);
    expect(flattenPlaybook(playbook)[2]).toMatchObject({ parent: 'deploy', step: { line: 3 } });
  });

  it('takes `wait` beside `apply` as an option of it', () => {
    expect(flattenPlaybook(outer())[3]?.step).toMatchObject({ kind: 'apply', config: { wait: 'ready' } });
  });

  it('has a hash that changes with the playbook, a manifest and an input, and with nothing else', () => {
    const hash = (values = { tag: 'one', rate: 1 }) => hashPlan(outer(), values, testKinds);
    const before = hash();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(hash({ rate: 1, tag: 'one' } as { tag: string; rate: number })).toBe(before);
    expect(hash({ tag: 'two', rate: 1 })).not.toBe(before);
    writeFileSync(join(folder, 'shop/manifests/b.yaml'), `${manifest('b')}data: { x: y }\n`);
    const changed = hash();
    expect(changed).not.toBe(before);
    writeFileSync(
      join(folder, 'shop/inner.yaml'),
      'title: Inner\nsteps:\n  - { id: a, title: A, apply: manifests/b.yaml }\n',
    );
    expect(hash()).not.toBe(changed);
  });
});

describe('the files of a run', () => {
  it('hold the folders of charts and of Kustomize, with what those are built upon', () => {
    const write = (name: string, text: string) => {
      mkdirSync(dirname(join(folder, 'shop', name)), { recursive: true });
      writeFileSync(join(folder, 'shop', name), text);
    };
    write('chart/Chart.yaml', 'name: shop');
    write('base/kustomization.yaml', 'resources: [web.yaml]');
    write('base/web.yaml', manifest('web'));
    write('over/here/kustomization.yaml', 'resources: [../../base, "https://example.com/more"]');
    write(
      'folders.yaml',
      'title: F\nsteps:\n  - { id: a, title: A, helm: { release: a, chart: ./chart } }\n  - { id: b, title: B, kustomize: over/here }\n' +
        '  - { id: c, title: C, helm: { release: c, chart: c, repo: "https://example.com" } }\n',
    );
    const stepKinds = [helmStep, kustomizeStep] as StepKind[];
    const options = { roots: [{ folder, source: 'bundled' as const }], stepKinds };
    const hashes = () => {
      const { value, diagnostics } = loadPlaybook('shop/folders', options);
      expect(diagnostics).toEqual([]);
      return value ? fileHashes(value, stepKinds) : {};
    };
    const before = hashes();
    expect(Object.keys(before)).toEqual(['shop/folders.yaml', 'shop/chart', 'shop/over/here', 'shop/base']);
    write('base/web.yaml', manifest('other'));
    write('chart/templates/a.yaml', 'a: b');
    const changed = hashes();
    expect(Object.keys(before).filter((name) => before[name] !== changed[name])).toEqual(['shop/chart', 'shop/base']);
  });
});

describe('manifests of the workspace', () => {
  const names = () => planFiles(outer(), testKinds).map(({ name }) => name);

  it('stand in for the bundled ones only as a whole set', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
    expect(findManifestSet(workspace, names())).toEqual({ set: undefined, notes: [] });
    mkdirSync(join(workspace, 'k8s'));
    writeFileSync(join(workspace, 'k8s/a.yaml'), manifest('mine'));
    const partly = findManifestSet(workspace, names());
    expect(partly.set).toBeUndefined();
    expect(partly.notes.join()).toContain('it lacks b.yaml');
    writeFileSync(join(workspace, 'k8s/b.yaml'), manifest('mine'));
    const { set } = findManifestSet(workspace, names());
    expect(set?.fileOf('manifests/a.yaml')).toBe(join(workspace, 'k8s/a.yaml'));
    expect(set?.fileOf('load/basic.yaml')).toBeUndefined();
  });

  it('may lie in a repository within, and need only what the system says', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
    for (const name of ['clone/k8s', 'other', '.hidden/k8s']) mkdirSync(join(workspace, name), { recursive: true });
    writeFileSync(join(workspace, 'clone/k8s/a.yaml'), manifest('mine'));
    expect(manifestFolders(workspace)).toEqual([join('clone', 'k8s')]);
    expect(findManifestSet(workspace, names()).set).toBeUndefined();
    const folder = 'clone/k8s';
    expect(findManifestSet(workspace, names(), { folder }).notes.join()).toContain('clone/k8s/ is not used');
    const { set } = findManifestSet(workspace, names(), { folder, members: ['a.yaml'] });
    expect(set?.fileOf('manifests/a.yaml')).toBe(join(workspace, 'clone/k8s/a.yaml'));
    expect(set?.fileOf('manifests/b.yaml')).toBeUndefined();
    expect(set?.description).toContain('b.yaml of the console');
  });

  it('never bring their secrets, and placeholders in them are said', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
    mkdirSync(join(workspace, 'k8s'));
    for (const name of ['a', 'b', 'secrets'])
      writeFileSync(join(workspace, `k8s/${name}.yaml`), `${manifest(name)}data: { KEY: REPLACE_WITH_IT }\n`);
    const { set, notes } = findManifestSet(workspace, [...names(), 'manifests/secrets.yaml']);
    expect(set?.fileOf('manifests/secrets.yaml')).toBeUndefined();
    expect(notes.join('\n')).toContain('placeholders');
    const { diagnostics } = loadPlaybook('shop/inner', {
      roots: [{ folder, source: 'bundled' }],
      stepKinds: testKinds,
      manifests: set,
    });
    expect(diagnostics.map(({ file, line, message }) => [file, line, message])).toEqual([
      [join(workspace, 'k8s/a.yaml'), 4, 'a placeholder stands where a value belongs'],
      [join(workspace, 'k8s/b.yaml'), 4, 'a placeholder stands where a value belongs'],
    ]);
  });
});

describe('expressions of a running playbook', () => {
  it('fail as problems that show the expression and the place', () => {
    const context = createPlanContext(outer(), 'shop', { inputs: { tag: 'x' } });
    expect(context.evaluate('inputs.tag + y', { y: '!' })).toBe('x!');
    expect(() => context.evaluate('inputs.nothing')).toThrow('there is no `nothing` here');
    try {
      context.evaluate('inputs.tag + 1');
    } catch (error) {
      expect(error).toMatchObject({ name: 'Problem', evidence: ['inputs.tag + 1', '^^^^^^^^^^^^^^'] });
    }
  });
});
