import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { countDiagnostics, diagnosticLines, invalidFiles, sortDiagnostics } from '../../src/yaml/diagnostics.ts';
import { codeFrame } from '../../src/yaml/frame.ts';
import { parseYaml } from '../../src/yaml/parse.ts';
import { suggest } from '../../src/yaml/suggest.ts';
import { validateYaml } from '../../src/yaml/validate.ts';

const schema = z.strictObject({
  title: z.string().min(1),
  size: z.enum(['small', 'large']).optional(),
  items: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), count: z.number().int().max(9).optional() })]))
    .optional(),
});

function problems(text: string): string[] {
  return validateYaml(parseYaml(text, 'f.yaml'), schema).diagnostics.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` (${hint})` : ''}`,
  );
}

describe('a document against a schema', () => {
  it('reports everything at once: values at the value, missing keys at the parent, unknown ones at the key', () => {
    expect(problems('sise: large\nsize: lagre\nitems:\n  - { nam: a }\n  - { name: b, count: 12 }\n  - 7\n')).toEqual([
      '1:1 `title` is missing',
      '2:7 the text `lagre` is not allowed here (did you mean `large`?)',
      '4:7 unknown key `nam` (did you mean `name`?)',
      '5:23 this must be at most 9',
      '6:5 a text or a map is expected here, not the number `7`',
      '1:1 unknown key `sise` (did you mean `size`?)',
    ]);
  });

  it('reports a key that is written wrong, and not the right one as missing', () => {
    expect(problems('titel: a\n')).toEqual(['1:1 unknown key `titel` (did you mean `title`?)']);
  });

  it('gives the value when there is nothing to report', () => {
    expect(validateYaml(parseYaml('title: a\n', 'f.yaml'), schema).value).toEqual({ title: 'a' });
  });

  it('is printed as file, line and column with its frame', () => {
    const [diagnostic] = validateYaml(parseYaml('title: a\nsize: huge\n', 'f.yaml'), schema).diagnostics;
    expect(diagnostic && diagnosticLines(diagnostic)).toEqual([
      'f.yaml:2:7: error: the text `huge` is not allowed here',
      '  allowed: `small`, `large`',
      '    1 | title: a',
      '  > 2 | size: huge',
      '      |       ^^^^',
      '    3 |',
    ]);
  });

  it('becomes one problem that ends a command with exit code 2', () => {
    const { diagnostics } = validateYaml(parseYaml('size: huge\n', 'f.yaml'), schema);
    const problem = invalidFiles(diagnostics);
    expect(problem.exitCode).toBe(2);
    expect(problem.message).toContain('2 errors');
    expect(problem.evidence.join('\n')).toContain('f.yaml:1:7');
  });

  it('is sorted by place and said once', () => {
    const { diagnostics } = validateYaml(parseYaml('size: huge\n', 'f.yaml'), schema);
    expect(sortDiagnostics([...diagnostics, ...diagnostics])).toHaveLength(2);
    expect(countDiagnostics([])).toBe('no problems');
  });
});

describe('a code frame', () => {
  it('marks wide characters by the columns that they take', () => {
    expect(codeFrame(['名前: x'], 1, 5, 1)).toEqual(['> 1 | 名前: x', '    |       ^']);
  });

  it('shows no control characters and cuts long lines around the place', () => {
    const frame = codeFrame([`\u001b[31m${'x'.repeat(300)}here`], 1, 306, 4);
    expect(frame.join('')).not.toContain('\u001b');
    expect(frame[0]?.length).toBeLessThan(130);
    expect(frame[0]).toContain('here');
  });
});

describe('what was probably meant', () => {
  it.each([
    ['aply', 'apply'],
    ['titel', 'title'],
    ['idle_timeout', 'idle-timeout'],
    ['ON-FAILURE', 'on-failure'],
  ])('%s → %s', (word, meant) => {
    expect(suggest(word, ['apply', 'title', 'idle-timeout', 'on-failure', 'when'])).toBe(meant);
  });

  it('is nothing when nothing is near', () => {
    expect(suggest('teleport', ['apply', 'wait'])).toBeUndefined();
  });
});
