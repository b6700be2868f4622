/** Letters that generated names are made of (`apimachinery/pkg/util/rand`). */
const random = 'bcdfghjklmnpqrstvwxz2456789';

/** What is chance or time in an output, and the word that takes its place. The order counts. */
const replacements: readonly [RegExp, string][] = [
  [/https:\/\/127\.0\.0\.1:\d+/g, 'SERVER'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'TOKEN'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b[0-9a-f]{64}\b/g, 'DIGEST'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]* [+-]\d{4} \w+/g, 'TIME'],
  [/\b[A-Z][a-z]{2},? [A-Z ]?\d?\d? ?[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d( \d{4})?( [+-]\d{4})?/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d+ [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/(resourceVersion"?: ?)"\d+"/g, '$1"VERSION"'],
  [/\b(10|172|192)\.\d+\.\d+\.\d+\b/g, 'ADDRESS'],
  [/(?<![\d/:])127\.0\.0\.1(?![:\d])/g, 'ADDRESS'],
  [/\b127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/(\bnodePort"?: ?|:)3\d{4}\b/g, '$1PORT'],
  [/(NodePort: .*? )3\d{4}\//g, '$1PORT/'],
  [new RegExp(`-[${random}]{8,10}(-[${random}]{5})?(?![\\w-])`, 'g'), '-HASH'],
  [new RegExp(`-[${random}]{5}(?![\\w-])`, 'g'), '-RANDOM'],
  [/(pod-template-hash"?[:=] ?"?)[a-z0-9]+/g, '$1HASH'],
  [/(?<=^|\s|\()(<invalid>|\d+(ms|[smhdy])(\d+[smhd])?)(?=\s|$|\)|,)/gm, 'AGE'],
  [/\(x\d+ over AGE\)/g, ''],
  [/\bnode-[123]\b/g, 'NODE'],
  [/\bin \d[\d.]*m?s \(\d[\d.]*m?s including waiting\)/g, 'in AGE'],
  [/\.[0-9a-f]{16}\b/g, '.EVENT'],
  // Columns are as wide as what stands in them.
  [/(\S)(?: *\t[\t ]*| {2,})/g, '$1  '],
  [/^ {10,}/gm, '          '],
  [/-{3,}/g, '---'],
  [/ +$/gm, ''],
];

/** An output without what is another one each time: names, times, addresses, widths of columns. */
export function normalise(text: string): string {
  return replacements.reduce((said, [found, word]) => said.replace(found, word), managersInOrder(text));
}

/**
 * YAML whose managed fields stand by their text: a server has them by their time, and by name within one second
 * (`managedfields/internal/managedfields.go`), so that their order is chance.
 */
function managersInOrder(text: string): string {
  return text.replace(/(?<=^ *managedFields:\n)(?:( +)- (?:.*\n)(?:\1 {2}.*\n)*)+/gm, (entries, indent: string) => {
    const each = entries.split(new RegExp(`^(?=${indent}- )`, 'm'));
    return each.sort().join('');
  });
}
