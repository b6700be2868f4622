import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/base/expressions.ts';
import { TooLongError, withinTimeLimit } from '../../src/base/time-limit.ts';
import { loadCatalog } from '../../src/cli/catalog.ts';
import { matchesWhole } from '../../src/playbooks/input-schema.ts';
import { createPlanContext } from '../../src/playbooks/plan-context.ts';
import { parseYaml } from '../../src/yaml/parse.ts';
import { playbookOf } from '../playbooks/runs/engine.ts';

let workspace: string;
let own: string;
let elsewhere: string;
beforeEach(() => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tars-console-hostile-')));
  [workspace, elsewhere] = [join(root, 'workspace'), join(root, 'home')];
  own = join(workspace, '.tars-console', 'playbooks', 'evil');
  for (const folder of [own, elsewhere, join(workspace, '.tars-console', 'menus')])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(elsewhere, 'key'), 'private key of the user\n');
});

const playbook = (steps: string, inputs = '') => `title: Hostile\n${inputs}steps:\n${steps}`;
const wait = '  - title: One\n    wait: { for: Deployment/a }\n';

function faultsOf(name: string): string[] {
  const { diagnostics } = loadCatalog({ workspace });
  return diagnostics.filter(({ file }) => file.includes(name)).map(({ message }) => message);
}

describe('opening a folder whose files are hostile', () => {
  it.each([
    ['a device without an end', '/dev/zero', 'no plain file'],
    ['a folder', '.', 'no plain file'],
  ])('reads no link to %s', (_, target, fault) => {
    symlinkSync(target, join(own, 'zero.yaml'));
    symlinkSync(target, join(workspace, '.tars-console', 'menus', 'zero.yaml'));
    symlinkSync(target, join(own, 'system.yaml'));
    const faults = faultsOf('.tars-console');
    expect(faults.filter((message) => message.includes(fault))).toHaveLength(3);
  });

  it('shows nothing of a file outside that a link names', () => {
    symlinkSync(join(elsewhere, 'key'), join(own, 'link.yaml'));
    const { diagnostics } = loadCatalog({ workspace });
    expect(JSON.stringify(diagnostics)).toContain('outside of the workspace');
    expect(JSON.stringify(diagnostics)).not.toContain('private key');
  });

  it('does not read what is too large', () => {
    writeFileSync(join(own, 'large.yaml'), `title: ${'x'.repeat(2 * 1024 * 1024)}\n`);
    expect(faultsOf('large.yaml')).toContainEqual(expect.stringContaining('too large'));
  });

  it('is not held up by a pattern that never ends', () => {
    const input = `inputs:\n  name: { description: x, pattern: '(a+)+', default: '${'a'.repeat(60)}!' }\n`;
    writeFileSync(join(own, 'slow.yaml'), playbook(wait, input));
    expect(faultsOf('slow.yaml')).toContain('the default does not match the pattern');
    expect(matchesWhole('[a-z]+', 'abc')).toBe(true);
  });
});

describe('YAML that is meant to keep the program busy', () => {
  it.each([
    ['nesting without an end', '['.repeat(100_000), /./],
    ['nesting that is closed', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /nested too deeply|call stack/],
    ['an alias of what it stands in', 'a: &a [*a]\n', /stands in what it stands for/],
    ['thousands of faults', 'a: *x\n'.repeat(5000), /./],
  ])('%s is a fault of few words', (_, text, message) => {
    const { value, diagnostics } = parseYaml(text, 'bomb.yaml');
    expect(value).toBeUndefined();
    expect(diagnostics[0]?.message).toMatch(message);
    expect(diagnostics.length).toBeLessThan(1000);
  });

  it('reads many keys in a time that grows with their number, and finds the one that stands twice', () => {
    const keys = Array.from({ length: 30_000 }, (_, index) => `k${index}: v\n`).join('');
    const { diagnostics } = parseYaml(`${keys}k7: again\n`, 'keys.yaml');
    expect(diagnostics.map(({ line, message }) => [line, message])).toEqual([[30_001, 'this key stands here twice']]);
  });
});

describe('expressions that never end', () => {
  it('are ended', () => {
    const slow = compileExpression('text.matches("(a+)+$")', { variables: { text: 'string' } });
    expect(() => slow.evaluate({ text: `${'a'.repeat(60)}!` })).toThrow('took longer than');
    expect(slow.evaluate({ text: 'aaa' })).toBe(true);
  });

  it('give back what was thrown, and leave no trace for the next', () => {
    const thrown = new RangeError('mine');
    const fail = () => {
      throw thrown;
    };
    expect(() => withinTimeLimit(1000, fail)).toThrow(thrown);
    expect(withinTimeLimit(1000, () => withinTimeLimit(1000, () => 1) + 1)).toBe(2);
    const forever = () => {
      for (;;);
    };
    expect(() => withinTimeLimit(20, forever)).toThrow(TooLongError);
  });
});

describe('files that a workspace’s playbook names while it runs', () => {
  it('lie in the workspace, whatever its names and links say', async () => {
    symlinkSync(elsewhere, join(own, 'data'));
    symlinkSync(join(elsewhere, 'key'), join(own, 'key.txt'));
    writeFileSync(join(own, 'mine.txt'), 'mine');
    const context = createPlanContext(playbookOf([], { source: 'workspace', folder: own }), 'x', {}, { workspace });
    for (const name of ['data/key', 'key.txt', join(elsewhere, 'key'), '../../../../home/key', 'data/none'])
      await expect(context.readFile(name), name).rejects.toThrow('outside of the workspace');
    expect(() => context.pathOf('data')).toThrow('outside of the workspace');
    expect((await context.readFile('mine.txt')).text).toBe('mine');
    expect(context.pathOf('not-there.yaml')).toBe(join(own, 'not-there.yaml'));
  });
});
