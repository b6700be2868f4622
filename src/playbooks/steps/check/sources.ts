import { z } from 'zod';
import { messageOf } from '../../../base/errors.ts';
import { reviewAccess } from '../../../cluster/access-review.ts';
import type { Connection } from '../../../cluster/connection.ts';
import { KubernetesError } from '../../../cluster/kubernetes-error.ts';
import { getObject, listObjects } from '../../../cluster/objects.ts';
import { shellWord } from '../explain.ts';

const kindName = z
  .string()
  .regex(/^[^/\s]+(\/[^/\s]+)?\/[A-Za-z]+$/, 'apiVersion and kind: `v1/Node`, `apps/v1/Deployment`');

const access = z.strictObject({
  verb: z.string().min(1),
  group: z.string().optional().describe('Empty, or left out, for the core API'),
  resource: z.string().min(1),
  subresource: z.string().optional(),
  namespace: z.string().optional().describe('Empty asks for the whole cluster'),
  name: z.string().optional(),
});

/** Something that a check reads. */
export const sourceSchema = z.union([
  z.strictObject({
    list: kindName.describe('A list of objects'),
    namespace: z.string().optional(),
    allNamespaces: z.boolean().optional(),
    selector: z.string().optional().describe('Labels: `app=tars-backend`'),
  }),
  z.strictObject({
    get: kindName.describe('One object; null when it is missing'),
    name: z.string(),
    namespace: z.string().optional(),
  }),
  z.strictObject({ path: z.string().startsWith('/').describe('A plain GET; `{error, status}` when it is refused') }),
  z.strictObject({ can: z.array(access).min(1).describe('What one may do: a list of {verb, resource, allowed}') }),
]);
export type CheckSource = z.infer<typeof sourceSchema>;

export interface Collected {
  values: Record<string, unknown>;
  /** Why a source could not be read, by its name. */
  errors: Record<string, string>;
}

/** Reads everything that a check needs. Never throws for one source: the findings that use it say why. */
export async function collect(
  sources: Record<string, CheckSource>,
  connection: Connection,
  signal: AbortSignal,
): Promise<Collected> {
  const collected: Collected = { values: {}, errors: {} };
  await Promise.all(
    Object.entries(sources).map(async ([name, source]) => {
      try {
        collected.values[name] = await read(source, connection, signal);
      } catch (error) {
        signal.throwIfAborted();
        collected.values[name] = { error: messageOf(error) };
        collected.errors[name] = messageOf(error);
      }
    }),
  );
  return collected;
}

async function read(source: CheckSource, connection: Connection, signal: AbortSignal): Promise<unknown> {
  if ('list' in source) {
    const { namespace, allNamespaces, selector } = source;
    return listObjects(
      connection,
      { ...kindOf(source.list), namespace, allNamespaces, labelSelector: selector },
      signal,
    );
  }
  if ('get' in source) {
    const { name, namespace } = source;
    return (await getObject(connection, { ...kindOf(source.get), name, namespace }, signal)) ?? null;
  }
  if ('can' in source) return reviewAccess(connection, source.can, signal);
  try {
    return (await connection.request({ path: source.path, signal })).body;
  } catch (error) {
    if (error instanceof KubernetesError) return { error: error.message, status: error.status };
    throw error;
  }
}

function kindOf(text: string): { apiVersion: string; kind: string } {
  const parts = text.split('/');
  const kind = parts.pop() ?? '';
  return { apiVersion: parts.join('/'), kind };
}

/** The kubectl lines that read the same. */
export function sourceCommands(source: CheckSource, namespace: string): string[] {
  if ('path' in source) return [`kubectl get --raw ${shellWord(source.path)}`];
  if ('can' in source) return source.can.map((one) => accessCommand(one, namespace));
  const { apiVersion, kind } = kindOf('list' in source ? source.list : source.get);
  const [version, group] = apiVersion.split('/').reverse();
  const resource = group ? `${kind.toLowerCase()}.${version}.${group}` : kind.toLowerCase();
  if ('get' in source) return [`kubectl get ${resource} ${source.name} -n ${source.namespace ?? namespace} -o yaml`];
  const where = source.allNamespaces ? ' -A' : ` -n ${source.namespace ?? namespace}`;
  const selector = source.selector ? ` -l ${shellWord(source.selector)}` : '';
  return [`kubectl get ${resource}${where}${selector} -o yaml`];
}

function accessCommand({ verb, group, resource, subresource, namespace, name }: z.infer<typeof access>, own: string) {
  const what = `${resource}${group ? `.${group}` : ''}${name ? `/${name}` : ''}`;
  const below = subresource ? ` --subresource=${subresource}` : '';
  return `kubectl auth can-i ${verb} ${what}${below}${namespace === '' ? ' -A' : ` -n ${namespace ?? own}`}`;
}
