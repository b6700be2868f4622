import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  visit,
} from 'yaml';
import { messageOf } from '../base/errors.ts';
import type { Diagnostic } from './diagnostic.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { diagnosticAt, type Fault, type SourceText, sourceText } from './source.ts';
import { suggestion } from './suggest.ts';

export type YamlPath = readonly (string | number)[];

/** A parsed document that knows where each of its values stands. */
export interface LocatedDocument {
  file: string;
  source: SourceText;
  document: Document.Parsed;
  /** As plain JavaScript; undefined when the text is not YAML. */
  value: unknown;
  diagnostics: Diagnostic[];
}

/** More than this many uses of aliases is a bomb, not a file. */
const maxAliases = 100;
/** Nobody reads more of them, and each is drawn with its lines. */
const mostFaults = 100;
const options = { version: '1.2', uniqueKeys: false, strict: true, prettyErrors: false, merge: false } as const;

/** Reads a file with one document. Never throws: what is wrong with the text is in `diagnostics`. */
export function parseYaml(text: string, file: string): LocatedDocument {
  const [first, second, ...rest] = parseYamlDocuments(text, file);
  if (!first) return located(sourceText(text, file), parseAllDocuments('null', options)[0] as Document.Parsed);
  if (second)
    first.diagnostics.push(
      at(first.source, second.document.contents ?? second.document, {
        message: `this file holds one document, not ${rest.length + 2}`,
        hint: 'put the others into files of their own, or take the `---` away',
      }),
    );
  return first;
}

/** Reads a file with any number of documents, as manifests are; empty ones are left out. */
export function parseYamlDocuments(text: string, file: string): LocatedDocument[] {
  const source = sourceText(text, file);
  try {
    const documents = parseAllDocuments(text, options);
    if (!Array.isArray(documents)) return [];
    return documents
      .filter((document) => !isEmpty(document) || document.errors.length > 0)
      .map((document) => located(source, document as Document.Parsed));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const nothing = located(sourceText('', file), parseAllDocuments('null', options)[0] as Document.Parsed);
    nothing.diagnostics.push(diagnosticAt(source, 0, 1, { message: 'this is nested too deeply to be read' }));
    return [{ ...nothing, value: undefined }];
  }
}

function isEmpty({ contents }: Document): boolean {
  return (
    contents === null || (isScalar(contents) && contents.value === null && contents.range?.[0] === contents.range?.[1])
  );
}

function located(source: SourceText, document: Document.Parsed): LocatedDocument {
  const diagnostics = [
    ...document.errors
      .slice(0, mostFaults)
      .map(({ pos, code, message }) =>
        diagnosticAt(source, firstInk(source.text, pos), endOfWord(source.text, pos[1]), inPlainWords(code, message)),
      ),
    ...document.warnings
      .slice(0, mostFaults)
      .map((warning) =>
        diagnosticAt(source, warning.pos[0], warning.pos[1], { message: warning.message, severity: 'warning' }),
      ),
  ];
  const unresolved = [
    ...duplicateKeys(document)
      .slice(0, mostFaults)
      .map(([start, end]) => diagnosticAt(source, start, end, duplicateKey)),
    ...unresolvedAliases(source, document),
  ];
  let value: unknown;
  try {
    if (document.errors.length === 0 && unresolved.length === 0) value = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    unresolved.push(
      at(source, document.contents ?? document, { message: `the aliases cannot be resolved: ${messageOf(error)}` }),
    );
  }
  diagnostics.push(...unresolved);
  return { file: source.file, source, document, value, diagnostics };
}

// The parser marks a line's blanks where its first word is what somebody looks for.
function firstInk(text: string, [start, end]: [number, number]): number {
  const blanks = /^ */.exec(text.slice(start))?.[0].length ?? 0;
  return text[start + blanks] === '\n' ? Math.min(start, end) : start + blanks;
}

// It marks one character of a key.
function endOfWord(text: string, end: number): number {
  return end + (/^[\w.-]*/.exec(text.slice(end, end + 100))?.[0].length ?? 0);
}

const duplicateKey = { message: 'this key stands here twice', hint: 'the second would silently win; keep one of them' };

function inPlainWords(code: string, message: string): { message: string; hint?: string } {
  if (code === 'BAD_INDENT' || code === 'MISSING_CHAR')
    return { message: message.replace(/ at line .*$/s, ''), hint: 'check the indentation and the quotes around it' };
  if (code === 'TAB_AS_INDENT') return { message: 'a tab cannot indent in YAML', hint: 'use spaces' };
  return { message: message.replace(/ at line .*$/s, '') };
}

/** Aliases of what does not stand before them, or of what they stand in themselves: that has no end. */
function unresolvedAliases(source: SourceText, document: Document.Parsed): Diagnostic[] {
  const anchors = new Map<string, Node>();
  const found: Diagnostic[] = [];
  visit(document, {
    Node(_, node) {
      if (!isAlias(node) && node.anchor) anchors.set(node.anchor, node);
    },
    Alias(_, alias, path) {
      const meant = anchors.get(alias.source);
      if (found.length >= mostFaults || (meant && !path.includes(meant))) return;
      const name = `\`${alias.source}\``;
      if (meant) found.push(at(source, alias, { message: `the alias ${name} stands in what it stands for` }));
      else {
        const hint = suggestion(alias.source, [...anchors.keys()], 'anchors');
        found.push(at(source, alias, { message: `there is no anchor ${name} before this`, hint }));
      }
    },
  });
  return found;
}

function at(source: SourceText, node: Node | Document, fault: Fault): Diagnostic {
  const [start, end] = node.range ?? [0, 1];
  return diagnosticAt(source, start, end, fault);
}

/** Which part of a map's entry is meant. */
export type Part = 'key' | 'value';

/**
 * Where a path stands in the text: offsets of its value or its key. A path that leads to nothing gives the nearest parent's
 * place: the key under which the parent stands, as its value may go on for pages.
 */
export function locate(
  { document }: LocatedDocument,
  path: YamlPath,
  part: Part = 'value',
): { start: number; end: number } {
  let node: Node | null = document.contents;
  let place = rangeOf(node) ?? { start: 0, end: 1 };
  for (const [index, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(segment));
      if (!isPair(pair)) return shortened(node as ParsedNode, place);
      const key = rangeOf(pair.key as Node);
      const value = isNode(pair.value) ? rangeOf(pair.value) : undefined;
      const last = index === path.length - 1;
      // An empty value has no text of its own.
      const wanted = (last && part === 'key') || !value || value.start === value.end ? key : value;
      node = isNode(pair.value) ? pair.value : null;
      place = wanted ?? place;
    } else {
      const item: unknown = node && 'items' in node ? node.items[Number(segment)] : undefined;
      if (!isNode(item)) return place;
      node = item;
      place = rangeOf(item) ?? place;
    }
  }
  return place;
}

// A block map's range covers all of its lines; the mark belongs under its first key.
function shortened(node: ParsedNode, place: { start: number; end: number }): { start: number; end: number } {
  const first = isMap(node) && !node.flow ? rangeOf(node.items[0]?.key as Node | undefined) : undefined;
  return first && place.start === node.range[0] ? { start: place.start, end: first.end } : place;
}

function rangeOf(node: Node | null | undefined): { start: number; end: number } | undefined {
  return node?.range ? { start: node.range[0], end: node.range[1] } : undefined;
}
