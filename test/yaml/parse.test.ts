import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locate, parseYaml, parseYamlDocuments } from '../../src/yaml/parse.ts';
import { placeOf } from '../../src/yaml/source.ts';
import { stringsIn } from '../../src/yaml/strings.ts';
import { placeInText } from '../../src/yaml/text-place.ts';

describe('located YAML', () => {
  it('follows YAML 1.2: yes is a text and not a truth', () => {
    expect(parseYaml('a: yes\nb: true\nc: 010\n', 'a.yaml').value).toEqual({ a: 'yes', b: true, c: 10 });
  });

  it('reports every document of a manifest by itself', () => {
    const documents = parseYamlDocuments('a: 1\n---\nb: 1\nb: 2\n---\n# empty\n', 'm.yaml');
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, undefined]);
    expect(documents[1]?.diagnostics.map(({ line, column }) => [line, column])).toEqual([[4, 1]]);
  });

  it('refuses a bomb of aliases', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`,
    );
    const { value, diagnostics } = parseYaml(['a0: &a0 [x]', ...levels].join('\n'), 'bomb.yaml');
    expect(value).toBeUndefined();
    expect(diagnostics[0]?.message).toContain('aliases');
  });

  it('names the place of a value, of a key, and of the parent of what is missing', () => {
    const document = parseYaml('a:\n  b: [1, { c: deep }]\n', 'a.yaml');
    const at = (path: (string | number)[], part?: 'key' | 'value') =>
      placeOf(document.source, locate(document, path, part).start);
    expect(at(['a', 'b', 1, 'c'])).toEqual({ line: 2, column: 15 });
    expect(at(['a', 'b', 1, 'c'], 'key')).toEqual({ line: 2, column: 12 });
    expect(at(['a', 'b', 1, 'missing'])).toEqual({ line: 2, column: 10 });
    expect(at(['a', 'nothing', 'here'])).toEqual({ line: 2, column: 3 });
  });

  it('finds the characters of a text in its file, quoted or not', () => {
    const document = parseYaml(`a: one two\nb: 'it''s one two'\nc: "one two"\nd: |\n  first\n  one two\n`, 'a.yaml');
    const found = (key: string, text: string) => {
      const { start, end } = placeInText(document, [key], text.indexOf('two'), 3);
      return document.source.text.slice(start, end);
    };
    expect(found('a', 'one two')).toBe('two');
    expect(found('c', 'one two')).toBe('two');
    expect(found('d', 'first\none two\n')).toBe('two');
    expect(found('b', "it's one two")).toBe('two');
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc: -[]{}&*!|>\'"%@`#,?\n\t 01') }), (text) => {
        const document = parseYaml(text, 'any.yaml');
        for (const { line, column, frame } of document.diagnostics) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(frame.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('puts every text of any value at its own place', () => {
    const value = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.array(fc.stringMatching(/^[a-z]{3,8}$/), { maxLength: 4 }),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(value, (written) => {
        const document = parseYaml(stringify(written), 'any.yaml');
        for (const { path, text } of stringsIn(document.value)) {
          const { start, end } = locate(document, path);
          expect(document.source.text.slice(start, end).replace(/^["']|["']$/g, '')).toBe(text);
        }
      }),
    );
  });
});
