import { badRequest } from './errors.ts';

/** One condition of a field selector. */
export interface FieldTerm {
  field: string;
  /** Whether the field should have this value or any other. */
  equals: boolean;
  value: string;
}

/** Reads `metadata.name=a,status.phase!=Failed` (`apimachinery/pkg/fields/selector.go ParseSelector`). Throws 400. */
export function readFieldSelector(text: string): FieldTerm[] {
  // A backslash keeps the comma behind it.
  const terms = (text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? []).filter((term) => term !== '');
  return terms.map((term) => {
    const match = /^([^=!]*)(==|=|!=)(.*)$/s.exec(term);
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, raw = ''] = match;
    const badEscape = /\\(?![,=\\])(.?)/.exec(raw);
    if (badEscape) throw badRequest(`invalid field selector: invalid escape sequence: ${badEscape[0]}`);
    return { field, equals: operator !== '!=', value: raw.replace(/\\(.)/g, '$1') };
  });
}

/** The one name that a selector leaves over; empty when it leaves several, or cannot be read (`RequiresExactMatch`). */
export function nameSelectedBy(text: string): string {
  if (!text.includes('metadata.name')) return '';
  try {
    const term = readFieldSelector(text).find(({ field, equals }) => equals && field === 'metadata.name');
    // Only what may stand in a path is a name (`apimachinery/pkg/api/validation/path/name.go`).
    return term && !/^\.\.?$|[/%]/.test(term.value) ? term.value : '';
  } catch {
    return '';
  }
}
