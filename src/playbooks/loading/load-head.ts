import { basename, dirname } from 'node:path';
import { readTextFile } from '../../base/text-file.ts';
import { parseYaml } from '../../yaml/parse.ts';
import { defineInput, inputSchema } from '../input-schema.ts';
import type { Playbook } from '../model.ts';
import { playbookSchema } from '../schema.ts';

/** What a list or a menu says of a playbook: all but its steps. */
export type PlaybookHead = Pick<
  Playbook,
  'ref' | 'system' | 'name' | 'title' | 'description' | 'file' | 'source' | 'inputs' | 'next' | 'diagnosis' | 'cluster'
>;

const headSchema = playbookSchema.omit({ steps: true });

/**
 * Reads a playbook without its steps, which are most of it: several times quicker. Undefined where it cannot be read so, or
 * something is wrong with it: then it is read as a whole, which tells what. Nothing is checked beyond the shape.
 */
export function loadHead(file: string, source: Playbook['source']): PlaybookHead | undefined {
  const text = withoutSteps(readTextFile(file));
  if (text === undefined) return undefined;
  const document = parseYaml(text, file);
  if (document.diagnostics.length > 0) return undefined;
  const { data } = headSchema.safeParse(document.value);
  if (!data) return undefined;
  const inputs: Playbook['inputs'] = {};
  for (const [name, written] of Object.entries(data.inputs ?? {})) {
    const input = inputSchema.safeParse(written);
    if (!input.data) return undefined;
    inputs[name] = defineInput(input.data).definition;
  }
  const system = basename(dirname(file));
  const name = basename(file, '.yaml');
  return {
    ...{ ref: `${system}/${name}`, system, name, title: data.title, file, source, inputs },
    ...(data.description ? { description: data.description } : {}),
    ...(data.next ? { next: data.next } : {}),
    ...(data.diagnosis ? { diagnosis: true } : {}),
    ...(data.cluster ? { cluster: data.cluster } : {}),
  };
}

/** The text without what stands below `steps:`, where that begins a line of its own. Undefined for every other way to write it. */
export function withoutSteps(text: string): string | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^steps:\s*(#.*)?$/.test(line));
  if (start === -1 || lines.some((line) => /^(---|\.\.\.|%)/.test(line))) return undefined;
  // Whatever belongs to them is indented, or begins with the dash of a list, or says nothing.
  const after = lines.findIndex((line, index) => index > start && /^[^\s#-]/.test(line));
  return [...lines.slice(0, start), ...(after === -1 ? [] : lines.slice(after))].join('\n');
}
