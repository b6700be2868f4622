import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { validateAll, validateFiles } from '../../src/cli/validate.ts';
import { stepKinds } from '../../src/playbooks/steps/registry.ts';
import type { Diagnostic } from '../../src/yaml/diagnostic.ts';
import { diagnosticLines } from '../../src/yaml/diagnostics.ts';

const page = readFileSync(join(packageRoot(), 'docs/playbooks.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const examples = join(packageRoot(), 'docs/examples.yaml');

function workspaceWith(files: Record<string, string>): string {
  const workspace = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(workspace, '.tars-console', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return workspace;
}

/** The one block of the page that has these words in it. */
function blockWith(words: string): string {
  const found = blocks.filter((text) => text.includes(words));
  expect(found, words).toHaveLength(1);
  return found[0] ?? '';
}

const without = (diagnostics: Diagnostic[], message: RegExp) =>
  diagnostics.filter((one) => !message.test(one.message)).flatMap(diagnosticLines);

describe('the page on playbooks', () => {
  const notes = {
    'playbooks/notes/system.yaml': blockWith('name: notes   '),
    'playbooks/notes/manifests/namespace.yaml': blockWith('kind: Namespace'),
    'playbooks/notes/manifests/database.yaml': blockWith('kind: StatefulSet'),
    'playbooks/notes/manifests/web.yaml': blockWith('kind: Deployment'),
    'playbooks/notes/deploy.yaml': blockWith('title: Deploy Notes'),
    'menus/notes.yaml': blockWith('system: notes'),
  };

  it('has a system of one’s own that is right to the letter', () => {
    expect(validateAll(workspaceWith(notes)).flatMap(diagnosticLines)).toEqual([]);
  });

  it('has inputs of the cluster that are right', () => {
    const inputs = blockWith('value: object.spec.replicas');
    const look = "steps: [{ title: Look, wait: { exists: ['Deployment/web'] } }]\n";
    const workspace = workspaceWith({ ...notes, 'playbooks/notes/part.yaml': `title: T\n${inputs}${look}` });
    const file = join(workspace, '.tars-console/playbooks/notes/part.yaml');
    expect(validateFiles([file], workspace).flatMap(diagnosticLines)).toEqual([]);
  });

  it('has no step that is not right', () => {
    const fragments = blocks.filter((text) => /^( {2}- |at-once)/.test(text));
    expect(fragments.length).toBeGreaterThan(4);
    for (const text of fragments) {
      // The inputs are those of the playbook above them on the page.
      const inputs = "title: T\ninputs: { tag: { description: Version, default: '1.27' } }\n";
      const head = text.startsWith('at-once') ? inputs : `${inputs}steps:\n`;
      const workspace = workspaceWith({ ...notes, 'playbooks/notes/part.yaml': head + text });
      const file = join(workspace, '.tars-console/playbooks/notes/part.yaml');
      // The manifests that they name are nobody's.
      expect(without(validateFiles([file], workspace), /^there is no file/)).toEqual([]);
    }
  });
});

describe('the examples of steps', () => {
  it('are right', () => {
    expect(without(validateFiles([examples], packageRoot()), /^there is no file/)).toEqual([]);
  });

  it('are there for every kind', () => {
    const steps = readFileSync(join(packageRoot(), 'docs/steps.md'), 'utf8');
    for (const { name } of stepKinds) {
      const section = steps.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
      expect(section, name).toContain('```yaml\n- ');
    }
  });
});
