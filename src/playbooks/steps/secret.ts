import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { applyObject } from '../../cluster/apply.ts';
import { getObject } from '../../cluster/objects.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { StepContext, StepKind } from '../step-kind.ts';
import { counted, renderKnown, shellWord } from './explain.ts';

const generate = z.strictObject({
  bytes: z.number().int().min(8).max(1024),
  encoding: z.enum(['base64', 'base64url', 'hex']),
});
const keySource = z.union([
  z.string().min(1).describe('Name of the input that holds the value'),
  z.strictObject({ input: z.string().min(1), generate: generate.optional() }),
  z.strictObject({ generate }),
  z.strictObject({ value: z.string().describe('Not secret; expressions may stand in it') }),
]);
type KeySource = z.infer<typeof keySource>;

const shape = {
  secret: z
    .strictObject({
      name: z.string().min(1),
      type: z.string().optional().describe('`Opaque` unless said'),
      keys: z
        .record(z.string().regex(/^[-._a-zA-Z0-9]+$/), keySource)
        .describe('Keys and where their values come from'),
      replace: z
        .union([z.boolean(), z.string()])
        .optional()
        .describe('Replaces keys that exist; they are kept unless said'),
    })
    .describe('A Secret, written through the API'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Writes a Secret from inputs and random sources. Values pass memory and the API server only. */
export const secretStep: StepKind<Config> = {
  name: 'secret',
  description: 'Writes a Secret from inputs and random values; existing keys are kept',
  shape,
  effects: 'cluster',
  async probe(config, context) {
    const { present } = await currentKeys(config, context);
    const missing = Object.keys(config.secret.keys).filter((key) => !Object.hasOwn(present, key));
    const reason = missing.length === 0 ? 'all keys are there' : `missing: ${missing.join(', ')}`;
    return { done: missing.length === 0 && !replaces(config, context), reason };
  },
  async run(config, context) {
    const { name, keys } = config.secret;
    const { live, present } = await currentKeys(config, context);
    for (const value of Object.values(present)) context.hide(Buffer.from(value, 'base64').toString('utf8'));
    const isKept = (key: string) => Object.hasOwn(present, key) && !replaces(config, context);
    const kept = Object.keys(keys).filter(isKept);
    const wanted = Object.entries(keys).filter(([key]) => !isKept(key));
    const written = Object.fromEntries(wanted.map(([key, source]) => [key, encoded(valueFor(key, source, context))]));
    const names = wanted.map(([key]) => key);
    const outputs = { written: names, kept };
    if (names.length === 0)
      return { summary: `${counted(kept.length, 'key')} there already, kept: ${kept.join(', ')}`, outputs };
    const { connection, system, signal, namespace } = context;
    const type = (live?.type as string | undefined) ?? config.secret.type ?? 'Opaque';
    // All keys are sent, as server-side apply takes away what its manager no longer names.
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      type,
      data: { ...present, ...written },
    };
    await applyObject(connection, object, { system, signal, force: replaces(config, context) });
    const keptText = kept.length > 0 ? `; kept: ${kept.join(', ')}` : '';
    return { summary: `${counted(names.length, 'key')} written: ${names.join(', ')}${keptText}`, outputs };
  },
  async equivalent({ secret }, context) {
    const { name, keys } = renderKnown(context, secret);
    const random = Object.entries(keys).flatMap(([key, source]) => {
      const how = typeof source !== 'string' && 'generate' in source ? source.generate : undefined;
      return how
        ? [`${variable(key)}="$(openssl rand ${how.encoding === 'hex' ? '-hex' : '-base64'} ${how.bytes})"`]
        : [];
    });
    const literals = Object.entries(keys).map(([key, source]) => {
      const plain = typeof source !== 'string' && 'value' in source ? source.value : undefined;
      return plain === undefined
        ? `--from-literal=${key}="$${variable(key)}"`
        : shellWord(`--from-literal=${key}=${plain}`);
    });
    return [
      '# keys that exist already are kept',
      ...random,
      `kubectl create secret generic ${name} -n ${context.namespace} ${literals.join(' ')}`,
    ];
  },
};

function replaces({ secret: { replace } }: Config, context: Pick<StepContext, 'render'>): boolean {
  return replace !== undefined && String(context.render(replace)) === 'true';
}

async function currentKeys(
  { secret: { name } }: Config,
  { connection, namespace, signal }: StepContext,
): Promise<{ live: KubernetesObject | undefined; present: Record<string, string> }> {
  const live = await getObject(connection, { apiVersion: 'v1', kind: 'Secret', name, namespace }, signal);
  return { live, present: (live?.data ?? {}) as Record<string, string> };
}

function valueFor(key: string, source: KeySource, context: StepContext): string {
  if (typeof source !== 'string' && 'value' in source) return context.render(source.value);
  const input = typeof source === 'string' ? source : 'input' in source ? source.input : undefined;
  const random = typeof source === 'string' ? undefined : source.generate;
  const given = input === undefined ? undefined : (context.secret(input) ?? plainInput(input, context));
  const value = given ?? (random && randomBytes(random.bytes).toString(random.encoding));
  if (value === undefined)
    throw new Problem(`There is no value for ${key}`, {
      next: [`Give the input ${input}: --set-env ${input}=VARIABLE or --set-file ${input}=path`],
    });
  if (given === undefined || context.secret(input ?? '') !== undefined) context.hide(value);
  return value;
}

/** An input that is not sensitive, such as a list of client ids, may stand in a Secret as well. */
function plainInput(name: string, { scope }: StepContext): string | undefined {
  const value = (scope.inputs as Record<string, unknown> | undefined)?.[name];
  return value === undefined ? undefined : String(value);
}

function encoded(value: string): string {
  return Buffer.from(value, 'utf8').toString('base64');
}

function variable(key: string): string {
  return key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}
