import { messageOf } from '../base/errors.ts';
import { readTextFile } from '../base/text-file.ts';
import { type LocatedDocument, parseYaml } from './parse.ts';
import { diagnosticOfFile } from './source.ts';

/** Above this a file that people write by hand is a mistake, or meant to keep the program busy. */
const mostBytes = 1024 * 1024;

/** Reads a file with one document; `shown` is its name for people. Never throws: what is wrong is in `diagnostics`. */
export function parseYamlFile(file: string, shown: string): LocatedDocument {
  try {
    return parseYaml(readTextFile(file, mostBytes), shown);
  } catch (error) {
    const document = parseYaml('', shown);
    document.diagnostics.push(diagnosticOfFile(shown, { message: messageOf(error) }));
    return document;
  }
}
