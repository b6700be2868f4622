const brand = Symbol('markup');

/** Markup that was made here; everything else is text and is escaped. */
export interface Markup {
  readonly [brand]: true;
  readonly text: string;
}

/** Says of a text that it is markup: for what is written in this program, never for what came from outside. */
export function markup(text: string): Markup {
  return { [brand]: true, text };
}

export type Content = Markup | string | number | undefined | false | readonly Content[];

/** A template in which whatever is put in is text, escaped for elements and quoted attributes, unless it is `Markup`. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Markup {
  return markup(strings.reduce((all, part, index) => all + part + markupOf(values[index]), ''));
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content !== 'object') return escapeHtml(String(content));
  return isMarkup(content) ? content.text : content.map(markupOf).join('');
}

function isMarkup(content: Markup | readonly Content[]): content is Markup {
  return brand in content;
}

/** Text as it may stand in an element or in a quoted attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
