import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, Problem } from '../../../base/errors.ts';
import { getObject } from '../../../cluster/objects.ts';
import type { PlanContext, StepContext } from '../../step-kind.ts';
import { shellWord } from '../explain.ts';
import { besideKeys, generate, generateLine, generateSchema } from './generate.ts';
import { listSchema } from './list.ts';

export const keyName = z.string().regex(/^[-._a-zA-Z0-9]+$/, 'a key is made of letters, digits, `-`, `_` and `.`');

const copySchema = z
  .strictObject({
    secret: z.string().min(1),
    namespace: z.string().min(1).optional().describe('The step’s own unless said'),
    key: keyName,
  })
  .describe('The key of another Secret that holds it, where the input is empty and that Secret is there');

/** Where the value of a Secret's key comes from. */
export const keySource = z.union([
  z.string().min(1).describe('Name of the input that holds the value'),
  z.strictObject({ input: z.string().min(1), copy: copySchema.optional(), generate: generateSchema.optional() }),
  z.strictObject({ generate: generateSchema }),
  z.strictObject({ value: z.string().describe('Not secret; expressions may stand in it') }),
  z.strictObject({ file: z.string().min(1).describe('A file beside the playbook; its bytes as they are') }),
  z.strictObject({
    env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .describe('A variable of the environment that the run was started in'),
  }),
  z.strictObject({ list: listSchema }),
  z.strictObject({
    join: z
      .array(
        z.union([
          z.string().min(1).describe('Not secret; expressions may stand in it'),
          z.strictObject({ key: keyName.describe('The value of this key of the same Secret') }),
        ]),
      )
      .min(1)
      .describe('Put together from texts and other keys: `["postgres://user:", { key: password }, "@host/name"]`'),
  }),
  z.strictObject({ prompt: z.string().min(1).describe('What a person is asked for; nothing that is typed is shown') }),
]);
export type KeySource = z.infer<typeof keySource>;

/** Bytes of a key, and what is written beside it. */
export interface KeyValue {
  bytes: Buffer;
  /** What was made with it, under keys of its own: the public half of a pair, the key of a certificate. */
  beside?: Record<string, Buffer>;
}

/** The value of a key; hidden everywhere from then on unless it is not secret. Throws `Problem` when there is none. */
export async function keyValueOf(key: string, source: KeySource, context: StepContext): Promise<KeyValue> {
  if (typeof source !== 'string' && 'value' in source) return text(context.render(source.value));
  if (typeof source !== 'string' && 'file' in source) return { bytes: await fileBytes(source.file, context) };
  if (typeof source !== 'string' && 'env' in source) return hidden(fromEnvironment(source.env), context);
  if (typeof source !== 'string' && 'prompt' in source) return hidden(await ask(key, source.prompt, context), context);
  if (typeof source !== 'string' && ('list' in source || 'join' in source))
    throw new Error('it is made from what is there');
  const input = typeof source === 'string' ? source : 'input' in source ? source.input : undefined;
  const secret = input === undefined ? undefined : context.secret(input);
  if (secret !== undefined) return hidden(secret, context);
  const plain = input === undefined ? undefined : plainInput(input, context);
  if (plain !== undefined && plain !== '') return text(plain);
  const copied = typeof source === 'object' && 'input' in source ? await copyOf(source.copy, context) : undefined;
  if (copied !== undefined) return hidden(copied, context);
  if (plain !== undefined) return text(plain);
  const how = typeof source === 'string' ? undefined : source.generate;
  if (how) {
    const made = await generate(how);
    context.hide(made.value);
    const beside = Object.entries(made.beside ?? {}).map(([name, value]) => [name, Buffer.from(value)] as const);
    if ('certificate' in how) for (const [, bytes] of beside) context.hide(bytes.toString('utf8'));
    return { bytes: Buffer.from(made.value), beside: Object.fromEntries(beside) };
  }
  throw new Problem(`There is no value for ${key}`, {
    next: [`Give the input ${input}: --set-env ${input}=VARIABLE or --set-file ${input}=path`],
  });
}

/** Joins texts and other keys of the same Secret, whose data is in base64; hidden from then on. Throws `Problem`. */
export function joined(
  parts: readonly (string | { key: string })[],
  data: Readonly<Record<string, string>>,
  context: StepContext,
): Buffer {
  const value = parts.map((part) => {
    if (typeof part === 'string') return context.render(part);
    const found = data[part.key];
    if (found === undefined) throw new Problem(`There is no key ${part.key} to put together with others`);
    return Buffer.from(found, 'base64').toString('utf8');
  });
  return hidden(value.join(''), context).bytes;
}

/** The keys that a source fills: its own, and that of a public half. */
export function keysOf(key: string, source: KeySource): string[] {
  const how = typeof source !== 'string' && 'generate' in source ? source.generate : undefined;
  return how ? [key, ...besideKeys(how)] : [key];
}

/** The Secret that a value is copied from, with its namespace where it is another. */
export function copiedFrom(source: KeySource): { name: string; namespace?: string }[] {
  const copy = typeof source !== 'string' && 'input' in source ? source.copy : undefined;
  return copy ? [{ name: copy.secret, ...(copy.namespace ? { namespace: copy.namespace } : {}) }] : [];
}

/** How the source is written in a shell: lines that come before, and the option of `kubectl create secret`. */
export function sourceLines(key: string, source: KeySource): { before: string[]; option: string } {
  const name = key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  const literal = `--from-literal=${key}="$${name}"`;
  if (typeof source === 'string') return { before: [], option: literal };
  if ('value' in source) return { before: [], option: shellWord(`--from-literal=${key}=${source.value}`) };
  if ('file' in source) return { before: [], option: shellWord(`--from-file=${key}=${source.file}`) };
  if ('env' in source) return { before: [], option: `--from-literal=${key}="$${source.env}"` };
  if ('join' in source) return { before: [`${name}=${joinWord(source.join)}`], option: literal };
  if ('list' in source) return { before: [], option: shellWord(`--from-literal=${key}=${source.list.add ?? ''}`) };
  if ('prompt' in source) return { before: [`read -rs -p ${shellWord(`${source.prompt} `)} ${name}`], option: literal };
  if ('input' in source && source.copy) return { before: [copyLine(name, source.copy)], option: literal };
  return { before: source.generate ? [`${name}="$(${generateLine(source.generate)})"`] : [], option: literal };
}

/** The line that takes the value out of another Secret. */
function copyLine(name: string, { secret, namespace, key }: z.infer<typeof copySchema>): string {
  const from = namespace === undefined ? '' : ` -n ${shellWord(namespace)}`;
  const path = shellWord(`{.data.${key.replaceAll('.', '\\.')}}`);
  return `${name}="$(kubectl get secret ${shellWord(secret)}${from} -o jsonpath=${path} | base64 -d)"`;
}

/** In the shell the other keys are variables, as their own lines make them. */
function joinWord(parts: readonly (string | { key: string })[]): string {
  const words = parts.map((part) =>
    typeof part === 'string'
      ? part.replace(/["$`\\]/g, '\\$&')
      : `\${${part.key.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}}`,
  );
  return `"${words.join('')}"`;
}

function text(value: string): KeyValue {
  return { bytes: Buffer.from(value, 'utf8') };
}

function hidden(value: string, context: StepContext): KeyValue {
  context.hide(value);
  return text(value);
}

async function fileBytes(name: string, context: StepContext): Promise<Buffer> {
  try {
    const bytes = await readFile(context.pathOf(name));
    if (bytes.length <= 1024 * 1024) context.hide(bytes.toString('utf8').trimEnd());
    return bytes;
  } catch (cause) {
    throw new Problem(`The file ${name} cannot be read`, { evidence: [messageOf(cause)], cause });
  }
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new Problem(`The environment has no ${name}`, {
    next: [`Set it where the run is started: read -rs ${name} && export ${name}`],
  });
}

async function ask(key: string, prompt: string, context: StepContext): Promise<string> {
  const answer = await context.ask({ kind: 'input', text: prompt, name: key, sensitive: true });
  if (answer.kind === 'input' && answer.text !== '') return answer.text;
  throw new Problem(`Nothing was typed for ${key}`);
}

/** What another Secret holds under a key; undefined where there is none. */
async function copyOf(copy: z.infer<typeof copySchema> | undefined, context: StepContext): Promise<string | undefined> {
  if (!copy) return undefined;
  const { secret: name, namespace = context.namespace } = context.render(copy);
  const ref = { apiVersion: 'v1', kind: 'Secret', name, namespace };
  const found = (await getObject(context.connection, ref, context.signal)) as
    | { data?: Record<string, string> }
    | undefined;
  const value = found?.data?.[copy.key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

/** An input that is not sensitive, such as a list of client ids, may stand in a Secret as well. */
function plainInput(name: string, { scope }: Pick<PlanContext, 'scope'>): string | undefined {
  const value = (scope.inputs as Record<string, unknown> | undefined)?.[name];
  return value === undefined ? undefined : String(value);
}
