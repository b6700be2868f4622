import type { ServerResponse } from 'node:http';

/** How many signs the warnings of one answer have at most; above that each is cut (`endpoints/filters/warning.go`). */
const mostSigns = 4 * 1024;
const mostSignsOfOne = 256;

/** Adds warnings to an answer. Each is said once; one with control signs is not said at all (`util/net/http.go`). */
export function warn(response: ServerResponse, texts: readonly string[]): void {
  const said = [...(told.get(response) ?? []), ...texts];
  const different = [...new Set(said)].filter((text) => text !== '' && !/\p{Cc}/u.test(text));
  told.set(response, different);
  const signs = different.map((text) => [...text]);
  const cut = signs.reduce((sum, { length }) => sum + length, 0) > mostSigns;
  let left = mostSigns;
  const headers: string[] = [];
  for (const all of signs) {
    if (left <= 0) break;
    const shown = cut ? all.slice(0, mostSignsOfOne) : all;
    left -= shown.length;
    headers.push(`299 - "${shown.join('').replace(/[\\"]/g, '\\$&')}"`);
  }
  // A header is bytes: those of UTF-8, one sign each.
  if (headers.length > 0)
    response.setHeader(
      'warning',
      headers.map((header) => Buffer.from(header).toString('latin1')),
    );
}

const told = new WeakMap<ServerResponse, string[]>();
