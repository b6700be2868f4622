import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { packageRoot } from '../../base/package-root.ts';

/** The content of `NAME.br` beside this file; a bundle finds it in the package. What is read is not kept. */
export function readData(
  name: 'access.json' | 'discovery.json' | 'openapi.json' | 'protobuf.json' | 'schemas.json' | 'tables.json',
): Buffer {
  return brotliDecompressSync(readFileSync(join(packageRoot(), 'src/sandbox/data', `${name}.br`)));
}
