import { readData } from './read-data.ts';
import { type DocumentEntry, documentEntries } from './schemas.ts';

let kept: WeakRef<Buffer> | undefined;

/** The OpenAPI document of a path as a real server sends it; undefined for a path that has none. */
export function openApiText(path: string): { entry: DocumentEntry; text: Buffer } | undefined {
  let start = 0;
  for (const entry of documentEntries()) {
    if (entry.path === path) return { entry, text: allDocuments().subarray(start, start + entry.bytes) };
    start += entry.bytes;
  }
  return undefined;
}

/** 6 MB that are unpacked in some 10 ms: kept only as long as somebody reads them. */
function allDocuments(): Buffer {
  const found = kept?.deref() ?? readData('openapi.json');
  kept = new WeakRef(found);
  return found;
}
