import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { validateFiles } from '../../../src/cli/validate.ts';
import type { Diagnostic } from '../../../src/yaml/diagnostic.ts';

/** Files with faults in them, by what they are; each says at its end what is to be found in it. */
export const brokenFolder = join(import.meta.dirname, '../../fixtures/broken');

export interface Expected {
  file: string;
  place: string;
  message: string;
  /** What the hint holds. */
  hint: string;
}

/** Every broken file, from the folder of all of them; those that only others name hold no expectation. */
export function brokenFiles(): string[] {
  return readdirSync(brokenFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name) && /^#! \S/m.test(textOf(name)))
    .sort();
}

/** `#! [file] line:column message ~ hint` for each fault; the file is named from the broken one where it is another. */
export function expectations(name: string): Expected[] {
  const lines = [...textOf(name).matchAll(/^#! (?:(\S+\.yaml) )?(\d+:\d+) ?(.*?)(?: ~ (.*))?$/gm)];
  return lines.map(([, file, place = '', message = '', hint = '']) => ({
    file: file ? join(name, '..', file) : name,
    place,
    message,
    hint,
  }));
}

/** Whether an editor that knows the JSON Schema finds a fault, as the line `#! schema` says. */
export function isFoundBySchema(name: string): boolean {
  return /^#! schema$/m.test(textOf(name));
}

/** What `validate` says about it, with its files named from the folder of all broken ones. */
export function faultsOf(name: string): Diagnostic[] {
  return validateFiles([join(brokenFolder, name)], brokenFolder).map((diagnostic) => ({
    ...diagnostic,
    file: existsSync(diagnostic.file) ? relative(brokenFolder, diagnostic.file) : diagnostic.file,
  }));
}

function textOf(name: string): string {
  return readFileSync(join(brokenFolder, name), 'utf8');
}
