import { formsOf } from './secret-forms.ts';

/** What stands in the place of a secret. */
export const maskText = '••••••';

/** Whether a text, or any text in a value, stands where a secret was: what was masked cannot be had back. */
export function isMasked(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(maskText);
  return value !== null && typeof value === 'object' && Object.entries(value).some((entry) => entry.some(isMasked));
}

/** Values that are shorter are not masked: hiding every `no` or `80` would leave nothing to read. */
const shortestSecret = 4;

export interface Masker {
  /**
   * From now on this value is hidden: plain, and as base64 (alone or inside a larger value), URL-encoded, hexadecimal, inside
   * JSON and quoted for a shell; of a value of several lines each line as well. Values under four characters are not.
   */
  add(secret: string): void;
  mask(text: string): string;
  /** Masks a text that comes in pieces, cut anywhere. */
  stream(): MaskedStream;
}

export interface MaskedStream {
  /** What can be shown by now: an end that may be the beginning of a secret is kept back. */
  push(piece: string): string;
  /** What was kept back. */
  end(): string;
}

/** Part of a form of a secret by which it is recognised; `at` is its place in the form. */
interface Anchor {
  text: string;
  form: string;
  at: number;
}

// A long encoded form is recognised by any part of it that holds one of its pieces whole: a line was wrapped, or cut off.
const pieceLength = 12;
const wrapped = /^[A-Za-z0-9+/=_-]{24,}$/;

/**
 * Hides secrets by value, in whatever form they turn up; the one sink of all output passes its text through it. One pass
 * over the text, however many secrets there are.
 */
export function createMasker(): Masker {
  const forms = new Set<string>();
  const anchors = new Map<string, Anchor[]>();
  const begins = new Uint8Array(65_536);
  let longest = 0;
  return {
    add(secret) {
      for (const form of formsOf(secret)) {
        if (form.length < shortestSecret || forms.has(form)) continue;
        forms.add(form);
        longest = Math.max(longest, form.length);
        for (const anchor of anchorsOf(form)) addAnchor(anchor);
      }
    },
    mask(text) {
      return forms.size === 0 || text.length < shortestSecret ? text : hidden(text, rangesIn(text));
    },
    stream: () => createStream(rangesIn, () => longest),
  };

  function addAnchor(anchor: Anchor): void {
    const { text } = anchor;
    const key = text.slice(0, shortestSecret);
    begins[hashOf(text.charCodeAt(0), text.charCodeAt(1), text.charCodeAt(2), text.charCodeAt(3))] = 1;
    const others = anchors.get(key) ?? [];
    anchors.set(
      key,
      [...others, anchor].sort((a, b) => b.text.length - a.text.length),
    );
  }

  /** Where secrets stand: pairs of beginning and end, in order, none within another. */
  function rangesIn(text: string): number[] {
    const ranges: number[] = [];
    let a = text.charCodeAt(0);
    let b = text.charCodeAt(1);
    let c = text.charCodeAt(2);
    for (let index = 0; index + 3 < text.length; index += 1) {
      const d = text.charCodeAt(index + 3);
      if (begins[hashOf(a, b, c, d)] === 1) addRange(ranges, text, index);
      a = b;
      b = c;
      c = d;
    }
    return ranges;
  }

  function addRange(ranges: number[], text: string, index: number): void {
    for (const anchor of anchors.get(text.slice(index, index + shortestSecret)) ?? []) {
      if (!text.startsWith(anchor.text, index)) continue;
      let [from, to] = extended(text, index, anchor);
      while (from < (ranges.at(-1) ?? 0)) {
        const [before = 0, after = 0] = ranges.splice(-2);
        from = Math.min(from, before);
        to = Math.max(to, after);
      }
      ranges.push(from, to);
      return;
    }
  }
}

function anchorsOf(form: string): Anchor[] {
  if (!wrapped.test(form)) return [{ text: form, form, at: 0 }];
  const pieces = Math.floor(form.length / pieceLength);
  return Array.from({ length: pieces }, (_, piece) => {
    const at = piece * pieceLength;
    return { text: form.slice(at, at + pieceLength), form, at };
  });
}

/** As far to both sides as text and form are the same. */
function extended(text: string, index: number, { form, at, text: { length } }: Anchor): [number, number] {
  let from = index;
  for (let inForm = at; inForm > 0 && from > 0 && text[from - 1] === form[inForm - 1]; inForm -= 1) from -= 1;
  let to = index + length;
  for (let inForm = at + length; inForm < form.length && text[to] === form[inForm]; inForm += 1) to += 1;
  return [from, to];
}

function hidden(text: string, ranges: readonly number[]): string {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let shown = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    parts.push(text.slice(shown, ranges[index]), maskText);
    shown = ranges[index + 1] ?? shown;
  }
  parts.push(text.slice(shown));
  return parts.join('');
}

function hashOf(a: number, b: number, c: number, d: number): number {
  return (Math.imul(a, 31) ^ Math.imul(b, 1009) ^ Math.imul(c, 9176) ^ Math.imul(d, 40_503)) & 0xffff;
}

function createStream(rangesIn: (text: string) => number[], longest: () => number): MaskedStream {
  let kept = '';
  return {
    push(piece) {
      const text = kept + piece;
      const ranges = rangesIn(text);
      // Only in what is kept may a secret stand that is still to end; one that is there already is not cut.
      let shown = Math.max(0, text.length - Math.max(0, longest() - 1));
      let whole = ranges.findIndex((end, index) => index % 2 === 1 && end > shown);
      whole = whole < 0 ? ranges.length : whole - 1;
      shown = Math.min(shown, ranges[whole] ?? shown);
      kept = text.slice(shown);
      return hidden(text.slice(0, shown), ranges.slice(0, whole));
    },
    end() {
      const text = hidden(kept, rangesIn(kept));
      kept = '';
      return text;
    },
  };
}
