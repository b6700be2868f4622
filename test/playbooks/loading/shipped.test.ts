import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Catalog, loadCatalog } from '../../../src/cli/catalog.ts';
import { loadMenuCatalog } from '../../../src/cli/menu-catalog.ts';
import { validateAll } from '../../../src/cli/validate.ts';
import { flattenPlaybook } from '../../../src/playbooks/plan.ts';
import { diagnosticLines } from '../../../src/yaml/diagnostics.ts';

const empty = mkdtempSync(join(tmpdir(), 'tars-console-test-'));

// All playbooks with all that they name: seconds on a machine that has nothing else to do.
vi.setConfig({ testTimeout: 90_000 });

/** Read once: a hundred playbooks take their time. */
let read: Catalog | undefined;
function quick(): Catalog {
  read ??= loadCatalog({ workspace: empty, quick: true });
  return read;
}

describe('what is shipped', () => {
  it('is valid: systems, menus, playbooks, manifests and scenarios', () => {
    expect(validateAll(empty).flatMap(diagnosticLines)).toEqual([]);
  });

  it('holds the playbooks and the menu of T.A.R.S.', () => {
    const { systems, menus, playbooks } = quick();
    expect(systems.map(({ name }) => name)).toContain('tars');
    expect(menus.map(({ system }) => system)).toContain('tars');
    const refs = playbooks.map(({ ref }) => ref);
    for (const name of [
      'prerequisites',
      'configure-secrets',
      'deploy',
      'verify',
      'load-test',
      'clean-up',
      'full-deployment',
    ])
      expect(refs).toContain(`tars/${name}`);
  });

  it('is the same to a menu, which leaves the steps unread', () => {
    const { playbooks, ...around } = loadMenuCatalog({ workspace: empty });
    const { playbooks: whole, ...known } = quick();
    expect(around).toEqual(known);
    const keys = [
      'ref',
      'system',
      'name',
      'title',
      'description',
      'file',
      'source',
      'inputs',
      'next',
      'diagnosis',
      'cluster',
    ];
    const headOf = (playbook: object) =>
      Object.fromEntries(Object.entries(playbook).filter(([key]) => keys.includes(key)));
    expect(playbooks).toEqual(whole.map(headOf));
    expect(playbooks.filter((playbook) => 'steps' in playbook).map(({ ref }) => ref)).toEqual([]);
  });

  it('explains every step to somebody who never did it', () => {
    const { playbooks } = quick();
    const steps = playbooks.flatMap((playbook) => flattenPlaybook(playbook));
    expect(steps.length).toBeGreaterThan(40);
    for (const { id, step } of steps) expect((step.description ?? '').length, id).toBeGreaterThan(40);
    for (const { ref, next } of playbooks.filter(({ system }) => system === 'tars'))
      expect(next?.length, ref).toBeGreaterThan(0);
  });

  it('deploys in the order of the guide', () => {
    const { playbooks } = quick();
    const deploy = playbooks.find(({ ref }) => ref === 'tars/deploy');
    const order = deploy?.steps.map(({ id }) => id) ?? [];
    const wanted = [
      'namespace',
      'configuration',
      'storage',
      'databases',
      'database-services',
      'wait-for-databases',
      'backend',
      'ingress',
      'autoscaler',
    ];
    expect(order.filter((id) => wanted.includes(id))).toEqual(wanted);
    expect(deploy?.steps.find(({ id }) => id === 'wait-for-databases')?.timeoutMs).toBe(300_000);
  });

  it('asks for nothing that a first run must know', () => {
    const { playbooks } = quick();
    const full = playbooks.find(({ ref }) => ref === 'tars/full-deployment');
    for (const [name, { default: value, optional, generate }] of Object.entries(full?.inputs ?? {}))
      expect(value !== undefined || optional || generate, name).toBeTruthy();
  });
});

describe('a workspace', () => {
  it('adds systems, menus and playbooks of its own, and its faults are found', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
    const folder = join(workspace, '.tars-console');
    mkdirSync(join(folder, 'playbooks/shop'), { recursive: true });
    mkdirSync(join(folder, 'menus'), { recursive: true });
    writeFileSync(
      join(folder, 'playbooks/shop/system.yaml'),
      'name: shop\ntitle: Shop\ndescription: D\nnamespace: shop\nworkloads: [Deployment/shop]\n',
    );
    writeFileSync(
      join(folder, 'playbooks/shop/start.yaml'),
      'title: Start\ninputs:\n  size: { description: S, options: [s, m] }\nsteps:\n  - { title: Ask, confirm: Really? }\n',
    );
    writeFileSync(
      join(folder, 'menus/shop.yaml'),
      'system: shop\ntitle: Shop\nitems:\n  - { title: A, playbook: shop/start, inputs: { size: xl, sise: s } }\n  - { title: B, playbook: shop/strat }\n',
    );
    const { systems, playbooks, menus, diagnostics } = loadMenuCatalog({ workspace });
    expect(systems.find(({ name }) => name === 'shop')?.source).toBe('workspace');
    expect(playbooks.find(({ ref }) => ref === 'shop/start')?.source).toBe('workspace');
    expect(menus[0]?.title).toBe('Shop');
    expect(
      diagnostics.map(({ file, line, column, message, hint }) => `${file}:${line}:${column} ${message} ${hint ?? ''}`),
    ).toEqual([
      '.tars-console/menus/shop.yaml:4:55 `size`: it must be one of s, m ',
      '.tars-console/menus/shop.yaml:4:59 `shop/start` has no input `sise` did you mean `size`?',
      '.tars-console/menus/shop.yaml:5:27 there is no playbook `shop/strat` did you mean `shop/start`?',
    ]);
  });
});
