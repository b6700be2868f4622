import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown, plainMarkdown } from '../../src/ui/markdown.ts';
import { markdownLines } from '../../src/ui/markdown-lines.ts';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';

const plain = createTheme({ color: 0, unicode: true });
const ascii = createTheme({ color: 0, unicode: false });

const page = `# Title
<!-- not for
readers -->
A paragraph that goes on
over two lines with **strong** words.

## Below
- first, with a [link](https://example.com/a)
  that goes on
  - below the first
2. numbered

\`\`\`sh
echo "a * b" __name__
# no heading
\`\`\`
`;

describe('a Markdown page', () => {
  it('is read as headings, paragraphs, items and code', () => {
    expect(parseMarkdown(page)).toEqual([
      { type: 'heading', level: 1, text: 'Title' },
      { type: 'paragraph', text: 'A paragraph that goes on over two lines with **strong** words.' },
      { type: 'heading', level: 2, text: 'Below' },
      { type: 'item', indent: 0, mark: undefined, text: 'first, with a [link](https://example.com/a) that goes on' },
      { type: 'item', indent: 1, mark: undefined, text: 'below the first' },
      { type: 'item', indent: 0, mark: '2', text: 'numbered' },
      { type: 'code', lines: ['echo "a * b" __name__', '# no heading'] },
    ]);
  });

  it('is drawn wrapped, with items that hang and code as it is', () => {
    expect(markdownLines(page, 40, plain)).toEqual([
      'Title',
      '',
      'A paragraph that goes on over two lines',
      'with strong words.',
      '',
      'Below',
      '',
      '• first, with a link',
      '  (https://example.com/a) that goes on',
      '  • below the first',
      '2. numbered',
      '',
      '    echo "a * b" __name__',
      '    # no heading',
    ]);
    expect(markdownLines('- one', 40, ascii)).toEqual(['* one']);
  });

  it('leaves what stands in backticks alone', () => {
    expect(plainMarkdown('run `a[1](2) **b**` and **this**')).toBe('run `a[1](2) **b**` and this');
  });

  it('marks code by its colour also where it goes on in the next line', () => {
    const coloured = createTheme({ color: 1, unicode: true });
    expect(markdownLines('with `--context <name>` and `x` too', 20, coloured)).toEqual([
      `with ${coloured.info('--context')}`,
      `${coloured.info('<name>')} and ${coloured.info('x')} too`,
    ]);
  });

  it('never draws a line that is wider than it may be, nor a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 20, max: 140 }), (text, width) => {
        for (const line of markdownLines(text, width, plain)) {
          expect(textWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\x00-\x1f\x7f]/);
        }
      }),
    );
  });
});
