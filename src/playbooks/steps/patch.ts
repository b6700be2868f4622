import { z } from 'zod';
import type { ObjectPatch } from '../../cluster/patch.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import type { PreviewContext, StepKind } from '../step-kind.ts';
import { accessTo, accessToWatch } from './access-needs.ts';
import { renderKnown, shellWord } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import {
  changedSince,
  existingObject,
  formerFields,
  planFormerFields,
  previewPatches,
  probePatches,
  restoreFields,
  sendPatches,
} from './patched-objects.ts';
import { objectName } from './step-shapes.ts';

const operation = z.strictObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: z.string().regex(/^(\/.*)?$/, 'a JSON pointer: `/spec/replicas`, `/metadata/labels/app.kubernetes.io~1name`'),
  from: z.string().optional(),
  value: z.json().optional(),
});

const shape = {
  patch: z
    .strictObject({
      object: objectName,
      merge: z.record(z.string(), z.json()).optional().describe('Fields and their new values; `null` takes one away'),
      strategic: z
        .record(z.string(), z.json())
        .optional()
        .describe('The same, with lists merged by their items’ names; not for custom resources'),
      json: z.array(operation).min(1).optional().describe('JSON patch operations (RFC 6902)'),
      subresource: z
        .enum(['status', 'scale', 'resize'])
        .optional()
        .describe('Below the object; the object itself unless said'),
    })
    .refine(
      ({ merge, strategic, json }) => [merge, strategic, json].filter((one) => one !== undefined).length === 1,
      'give one of `merge`, `strategic` and `json`',
    )
    .describe('An object and what is changed in it'),
  wait: z.enum(['ready']).optional().describe('`ready`: until the object is ready again'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Changes fields of one object. */
export const patchStep: StepKind<Config> = {
  name: 'patch',
  description: 'Changes fields of an object that is there: a merge, strategic or JSON patch',
  shape,
  effects: 'cluster',
  outputs: { changed: 'bool' },
  plan: async (config, context) => previewPatches([await patchOf(config, context)], context),
  async access(config, context) {
    const { ref, subresource } = await patchOf(config, context);
    return [
      ...accessTo([ref], ['get']),
      { verbs: ['patch'], apiVersion: ref.apiVersion, kind: ref.kind, namespace: ref.namespace, subresource },
      ...(config.wait === 'ready' ? accessToWatch([ref]) : []),
    ];
  },
  async probe(config, context, before) {
    const patch = await patchOf(config, context);
    // Adding to a list twice adds two; whether it was done cannot be told by doing it again.
    if (!isRepeatable(patch)) return { done: 'unknown', reason: 'a JSON patch like this cannot be tried twice' };
    const probe = await probePatches([patch], context);
    if (config.wait === 'ready' && probe.done) return { done: false, reason: 'it is changed; it is waited for again' };
    const changed = changedSince(before);
    return changed ? { ...probe, outputs: { changed: changed.length > 0 } } : probe;
  },
  before: async (config, context) => formerFields([await patchOf(config, context)], context),
  async run(config, context) {
    const patch = await patchOf(config, context);
    const { objects, changed } = await sendPatches([patch], context);
    const name = `${patch.ref.kind}/${patch.ref.name}`;
    const { connection, timeoutMs, waiting, progress, signal } = context;
    if (config.wait === 'ready') {
      // A subresource answers with itself, not with the object.
      const now = patch.subresource ? [await existingObject(patch.ref, context)] : objects;
      await waitReady(connection, now, { timeoutMs, signal: waiting, onProgress: progress });
    }
    signal.throwIfAborted();
    const what = changed.length > 0 ? 'changed' : 'was as it should be';
    return {
      summary: `${name} ${what}${config.wait === 'ready' ? '; ready' : ''}`,
      outputs: { changed: changed.length > 0 },
    };
  },
  planUndo: (_, context, before) => planFormerFields(before, context),
  undo: (_, context, before) => restoreFields(before, context),
  async equivalent({ patch }, context) {
    const { object, merge, strategic, json, subresource } = renderKnown(context, patch);
    const type = json ? 'json' : strategic ? 'strategic' : 'merge';
    const body = shellWord(JSON.stringify(json ?? strategic ?? merge));
    const below = subresource ? ` --subresource=${subresource}` : '';
    return [`kubectl patch ${kubectlName(object)} -n ${context.namespace}${below} --type=${type} -p ${body}`];
  },
};

async function patchOf(config: Config, context: PreviewContext): Promise<ObjectPatch> {
  const { object, merge, strategic, json, subresource } = context.render(config.patch);
  const ref = await resolveObjectName(context.connection, object, context.namespace);
  const type = json ? 'json' : strategic ? 'strategic' : 'merge';
  return { ref, type, body: json ?? strategic ?? merge, subresource };
}

function isRepeatable({ type, body }: ObjectPatch): boolean {
  if (type !== 'json') return true;
  return (body as z.infer<typeof operation>[]).every(
    ({ op, path }) => op === 'replace' || op === 'test' || (op === 'add' && !/\/(-|\d+)$/.test(path)),
  );
}
