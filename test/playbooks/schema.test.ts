import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { generatedFiles, jsonSchemas } from '../../src/cli/schemas.ts';
import { stepKinds } from '../../src/playbooks/steps/registry.ts';
import { parseYaml } from '../../src/yaml/parse.ts';
import { schemaFaults } from '../support/json-schema.ts';
import { brokenFiles, brokenFolder, isFoundBySchema } from './loading/broken-files.ts';

const folder = join(import.meta.dirname, '../../schemas');
const schemas = jsonSchemas();

/** What an editor that knows a schema finds in a file; undefined for what is no YAML. */
function faultsIn(file: string, schema: string): string[] | undefined {
  const { value, diagnostics } = parseYaml(readFileSync(file, 'utf8'), file);
  if (diagnostics.length > 0) return undefined;
  return schemaFaults(value ?? null, JSON.parse(schemas[schema] ?? '')).map(
    ({ path, keyword }) => `${path} ${keyword}`,
  );
}

describe('the JSON Schemas for editors', () => {
  it.each(Object.entries(generatedFiles(packageRoot())))('%s is current; if not: npm run schemas', (name, text) => {
    expect(readFileSync(join(packageRoot(), name), 'utf8')).toBe(text);
  });

  it('are all that lie in schemas/', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(schemas).sort());
  });

  it('know every kind of step by its own key', () => {
    const { definitions } = JSON.parse(schemas['playbook.json'] ?? '') as {
      definitions: Record<string, { description?: string; required?: string[]; properties: Record<string, unknown> }>;
    };
    for (const { name, description } of stepKinds) {
      expect(definitions[`step-${name}`]).toMatchObject({ description, required: expect.arrayContaining([name]) });
      expect(definitions.step?.properties[name]).toEqual({ description });
    }
  });

  it('speak of the kind that a step is of, and of no other', () => {
    const faults = (step: unknown) =>
      schemaFaults({ title: 'T', steps: [step] }, JSON.parse(schemas['playbook.json'] ?? ''));
    expect(faults({ title: 'A', scale: { workload: 'Deployment/a', replicas: 1 }, wait: 'reday' })).toEqual([
      { path: '/steps/0/wait', keyword: 'enum' },
    ]);
    expect(faults({ title: 'A', parallel: [{ title: 'B', wait: { raedy: ['Pod/a'] } }] })).toEqual([
      { path: '/steps/0/parallel/0/wait/raedy', keyword: 'false' },
    ]);
  });
});

const shipped: [schema: string, folder: string, pattern: RegExp][] = [
  ['playbook.json', 'playbooks', /^[^/]+\/(?!system\.yaml$)[^/]+\.yaml$/],
  ['system.json', 'playbooks', /\/system\.yaml$/],
  ['scenario.json', 'playbooks', /\/load\/[^/]+\.yaml$/],
  ['menu.json', 'menus', /\.yaml$/],
];
const sound = shipped.flatMap(([schema, place, pattern]) =>
  readdirSync(join(packageRoot(), place), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name) && !name.startsWith('examples/'))
    .map((name): [string, string] => [join(place, name), schema]),
);

const kindOfFolder: Record<string, string> = {
  playbooks: 'playbook.json',
  menus: 'menu.json',
  systems: 'system.json',
  scenarios: 'scenario.json',
  configuration: 'config.json',
};
const broken = brokenFiles().flatMap((name): [string, string][] => {
  const schema = kindOfFolder[name.split('/')[0] ?? ''];
  return schema ? [[name, schema]] : [];
});

describe('an editor that knows the schemas', () => {
  it.each(sound)('finds nothing in what is shipped: %s', (name, schema) => {
    expect(faultsIn(join(packageRoot(), name), schema)).toEqual([]);
  });

  it.each(broken)('finds what a schema can tell of a broken file, as that file says: %s', (name, schema) => {
    const found = faultsIn(join(brokenFolder, name), schema);
    expect((found ?? []).length > 0).toBe(isFoundBySchema(name));
  });
});
