import { textWidth } from './text.ts';

const signs: Record<string, string> = {
  '×': 'x',
  '≤': '<',
  '≥': '>',
  '→': '>',
  '▸': '>',
  '…': '~',
  '–': '-',
  '—': '-',
  '·': '-',
  '•': '*',
  '●': '*',
  '✓': '+',
  '✗': 'x',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '\u00a0': ' ',
};
const segmenter = new Intl.Segmenter();

/** The same text in ASCII and of the same width, for terminals whose locale knows nothing else. */
export function toAscii(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  let ascii = '';
  for (const { segment } of segmenter.segment(text)) {
    if (/^[\x00-\x7f]+$/.test(segment)) ascii += segment;
    else ascii += signs[segment] ?? (withoutAccent(segment) || '?'.repeat(textWidth(segment)));
  }
  return ascii;
}

/** `ä` → `a`; empty where no ASCII letter is left. */
function withoutAccent(segment: string): string {
  const bare = segment.normalize('NFD').replace(/\p{M}/gu, '');
  return /^[\x20-\x7e]$/.test(bare) ? bare : '';
}

/** A stream to which only ASCII is written. */
export function asciiOutput(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') {
        return (chunk: string | Uint8Array, ...rest: never[]) =>
          target.write(typeof chunk === 'string' ? toAscii(chunk) : chunk, ...rest);
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
