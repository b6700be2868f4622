import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../../../src/base/package-root.ts';
import { compiledProgram } from '../../support/helm.ts';

const folder = join(packageRoot(), 'playbooks', 'detection-api');
const objectsOf = (text: string) =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as { kind: string; metadata: { name: string } } | null)
    .filter((object) => object !== null)
    .sort((one, other) => `${one.kind} ${one.metadata.name}`.localeCompare(`${other.kind} ${other.metadata.name}`));

it.runIf(compiledProgram('helm'))('Deploy: the manifests are the chart’s own rendering, object by object', () => {
  const args = ['template', 'detection-api', 'chart', '-n', 'detection-api'];
  const rendered = execFileSync(compiledProgram('helm') ?? '', args, { cwd: folder, encoding: 'utf8' });
  const templates = readdirSync(join(folder, 'chart', 'templates')).filter((name) => name.endsWith('.yaml'));
  expect(templates.length).toBeGreaterThan(8);
  for (const name of templates) {
    const parts = rendered.split(/^---$/m).filter((part) => part.includes(`/templates/${name}\n`));
    const kept = objectsOf(readFileSync(join(folder, 'manifests', name), 'utf8'));
    expect(kept, `manifests/${name} is what helm template --show-only templates/${name} says`).toEqual(
      objectsOf(parts.join('---\n')),
    );
  }
});
