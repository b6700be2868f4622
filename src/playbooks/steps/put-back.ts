import { readFile, stat } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { applyObject } from '../../cluster/apply.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { inApplyOrder } from '../../kubernetes/order.ts';
import type { PlanContext, StepContext, StepKind } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { sealedKind } from './save/objects.ts';
import { sealedSchema, unseal } from './save/sealed.ts';
import { scalar } from './step-shapes.ts';
import { workspacePath } from './workspace-path.ts';

/** A file of objects is read as a whole; a backup of a namespace is far smaller. */
const mostBytes = 64 * 1024 * 1024;

const shape = {
  'put-back': z
    .strictObject({
      file: z.string().min(1).describe('A file that `save` wrote, by the folder that the console was started in'),
      passphrase: z.string().optional().describe('Name of the sensitive input that opens its Secrets'),
      force: scalar.optional().describe('True: fields that belong to somebody else are taken over'),
    })
    .describe('Objects that were saved, applied to the namespace again'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Applies the objects of a saved file to the run's namespace. */
export const putBackStep: StepKind<Config> = {
  name: 'put-back',
  description: 'Applies the objects of a file that `save` wrote',
  shape,
  effects: 'cluster',
  reaches: () => true,
  outputs: { applied: 'list', changed: 'double' },
  async plan({ 'put-back': { file } }, context): Promise<StepPreview> {
    const known = renderKnown(context, { file }).file;
    const objects = await documentsIn(known, context).catch(() => undefined);
    if (!objects)
      return { certainty: 'cannot preview', summary: known, changes: [], why: `${known} cannot be read by now` };
    const changes = objects
      .filter(({ kind }) => kind !== sealedKind.kind)
      .map((object) => ({ object: nameOf(object), namespace: context.namespace, action: 'update' as const }));
    return {
      certainty: 'partly',
      why: 'what differs is known when each is applied',
      summary: `${counted(changes.length, 'object')} of ${known}`,
      changes,
    };
  },
  async run({ 'put-back': config }, context) {
    const { file, force } = context.render({ file: config.file, force: config.force });
    const objects = await opened(await documentsIn(file, context), config.passphrase, context);
    const applied: string[] = [];
    let changed = 0;
    for (const object of inApplyOrder(objects)) {
      context.signal.throwIfAborted();
      const own = { ...object, metadata: { ...object.metadata, namespace: context.namespace } };
      const { action } = await applyObject(context.connection, own, {
        system: context.system,
        signal: context.signal,
        force: force === true || force === 'true',
      });
      if (action !== 'unchanged') changed += 1;
      applied.push(nameOf(object));
      context.output(`${nameOf(object)}: ${action}`);
    }
    const summary = `${counted(applied.length, 'object')}, ${changed} of them changed`;
    return { ...(changed === 0 ? { status: 'skipped' as const } : {}), summary, outputs: { applied, changed } };
  },
  async equivalent({ 'put-back': { file } }, context) {
    return [`kubectl apply --server-side -n ${context.namespace} -f ${shellWord(renderKnown(context, { file }).file)}`];
  },
};

async function documentsIn(file: string, context: PlanContext): Promise<KubernetesObject[]> {
  const path = workspacePath(file, context);
  const { size } = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Problem(`${path} cannot be read: ${cause.code === 'ENOENT' ? 'it is not there' : cause.message}`, {
      cause,
    });
  });
  if (size > mostBytes) throw new Problem(`${path} is larger than a backup of objects can be`);
  const documents = parseAllDocuments(await readFile(path, 'utf8'), { maxAliasCount: 0 } as object);
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document, index) => {
    const value = document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown);
    if (value === null) return [];
    if (isObject(value)) return [value];
    throw new Problem(`${path} is no backup of objects: document ${index + 1} is none`);
  });
}

function isObject(value: unknown): value is KubernetesObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubernetesObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

/** All objects, those behind the passphrase too; without one they are left out and that is said. */
async function opened(
  documents: readonly KubernetesObject[],
  passphrase: string | undefined,
  context: StepContext,
): Promise<KubernetesObject[]> {
  const open = documents.filter(({ kind }) => kind !== sealedKind.kind);
  const closed = documents.filter(({ kind }) => kind === sealedKind.kind);
  const secret = passphrase === undefined ? undefined : context.secret(passphrase);
  if (closed.length > 0 && !secret) {
    context.output('Its Secrets stay closed: no passphrase was given');
    return open;
  }
  const inside = await Promise.all(
    closed.map(async (document) => {
      const { data, error } = sealedSchema.safeParse((document as { spec?: unknown }).spec);
      if (!data) throw new Problem('The sealed part of the file is damaged', { cause: error });
      return JSON.parse(await unseal(data, secret ?? '')) as KubernetesObject[];
    }),
  );
  return [...open, ...inside.flat()];
}
