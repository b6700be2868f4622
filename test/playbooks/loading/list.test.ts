import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { listLines } from '../../../src/cli/list.ts';
import { loadMenuCatalog } from '../../../src/cli/menu-catalog.ts';
import { validateCommand, validateFiles } from '../../../src/cli/validate.ts';

function workspaceWith(files: Record<string, string>): string {
  const workspace = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(workspace, name, '..'), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
  return workspace;
}

describe('the list', () => {
  it('shows systems, playbooks with what they ask for, and menus', () => {
    const text = listLines(loadMenuCatalog({ workspace: workspaceWith({}) })).join('\n');
    expect(text).toContain('T.A.R.S.  (tars, namespace tars)');
    expect(text).toMatch(/tars\/full-deployment +Full deployment/);
    expect(text).toMatch(/jwtSecret +Key that signs the access tokens.*sensitive, generated when not given/);
    expect(text).toContain('Stress  → tars/load-test --set profile=stress');
    expect(text).toMatch(/A cluster to begin with +\(cluster, [^\n]*\n[\s\S]*cluster\/prerequisites/);
    expect(text).toMatch(/run cluster\/<playbook> --system <system>, as all systems share these/);
    expect(text).not.toContain('Of no system');
  });

  it('draws what a workspace’s files say harmlessly', () => {
    const workspace = workspaceWith({
      '.tars-console/playbooks/evil/system.yaml':
        'name: evil\ntitle: "a\\e]0;title\\abc\\e[31m"\ndescription: d\nnamespace: evil\nworkloads: [Deployment/e]\n',
      '.tars-console/playbooks/evil/run.yaml': 'title: "b\\e[2J"\nsteps: [{ title: A, confirm: "Yes?" }]\n',
    });
    const text = listLines(loadMenuCatalog({ workspace, bundled: workspaceWith({}) })).join('\n');
    expect(text).toContain('abc  (evil, namespace evil)  (this workspace)');
    expect(text).not.toContain('\u001b');
  });
});

describe('validate', () => {
  it('knows each kind of file by its place or its keys', () => {
    const workspace = workspaceWith({
      'menu.yaml': 'system: tars\ntitle: M\nitems: [{ title: A, playbook: tars/deplo }]\n',
      'system.yaml': 'name: x\n',
      'object.yaml': 'apiVersion: v1\nkind: Secret\n',
      'scenario.yaml': 'title: S\nopen: { rte: 3 }\n',
      'other.yaml': 'title: P\nsteps: [{ title: A, aply: x }]\n',
    });
    const said = (name: string) => validateFiles([join(workspace, name)], workspace).map(({ message }) => message);
    expect(said('menu.yaml')).toEqual(['there is no playbook `tars/deplo`']);
    expect(said('system.yaml')).toContain('`workloads` is missing');
    expect(said('object.yaml')).toEqual(['`metadata.name` is missing']);
    expect(said('scenario.yaml')).toContain('unknown key `rte`');
    expect(said('other.yaml')).toEqual(['unknown step kind `aply`']);
  });

  it('ends with 2 when something is wrong, 0 when nothing is, and prints JSON for programs', async () => {
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const broken = join(workspaceWith({ 'p.yaml': 'title: P\nsteps: []\n' }), 'p.yaml');
      expect(await validateCommand([broken], { output: 'json' })).toBe(2);
      expect(JSON.parse(written.join(''))).toMatchObject({
        valid: false,
        diagnostics: [{ line: 2, column: 8, severity: 'error' }],
      });
      const sound = join(packageRoot(), 'playbooks/tars/verify.yaml');
      expect(await validateCommand([sound], { output: 'json' })).toBe(0);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('refuses names that lead to no file', () => {
    expect(() => validateFiles(['absent.yaml'], '/')).toThrow('There is no file absent.yaml');
  });
});
