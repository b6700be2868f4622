import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../../src/cli/schemas.ts';
import { stepKinds } from '../../src/playbooks/steps/registry.ts';

const folder = join(import.meta.dirname, '../../schemas');

describe('the JSON Schemas for editors', () => {
  it.each(Object.entries(jsonSchemas()))('%s is current; if not: npm run schemas', (name, text) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });

  it('are all that lie in schemas/', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(jsonSchemas()).sort());
  });

  it('know every kind of step', () => {
    const playbook = jsonSchemas()['playbook.json'] ?? '';
    for (const { name, description } of stepKinds) {
      expect(playbook).toContain(`"${name}"`);
      expect(playbook).toContain(description);
    }
  });
});
