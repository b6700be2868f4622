import { z } from 'zod';
import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import { workloadsUsing } from '../../cluster/secret-users.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { StepContext, StepKind } from '../step-kind.ts';
import type { FieldChange, StepPreview } from '../step-preview.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { inNamespace } from './in-namespace.ts';
import { certificatesSchema } from './secret/certificates.ts';
import { changeOf, type SecretChange } from './secret/change.ts';
import { dockerLine, dockerSchema } from './secret/docker.ts';
import { listField, listLines, listSentence } from './secret/list.ts';
import { restartUsers } from './secret/rotation.ts';
import { copiedFrom, keyName, keySource, sourceLines } from './secret/sources.ts';
import { beforeSchema, planSecretUndo, undoneLists, undoSecret } from './secret/undo.ts';
import { wishOf, writeSecret } from './secret/write.ts';

const flag = z.union([z.boolean(), z.string()]);
const shape = {
  secret: z
    .strictObject({
      name: z.string().min(1),
      namespace: z.string().min(1).optional().describe('The run’s unless said'),
      type: z.string().optional().describe('`Opaque` unless said; `kubernetes.io/tls` wants `tls.crt` and `tls.key`'),
      keys: z.record(keyName, keySource).optional().describe('Keys and where their values come from'),
      docker: dockerSchema.optional().describe('Credentials for a registry, in place of `keys`'),
      certificates: certificatesSchema
        .optional()
        .describe(
          'Keys that hold certificates: held against each other, and against today, before the Secret is written',
        ),
      replace: flag.optional().describe('Replaces keys that exist by what is given; they are kept unless said'),
      rotate: z
        .strictObject({
          keys: z.array(keyName).min(1).optional().describe('All keys of the step unless said'),
          when: flag.optional().describe('Only when this comes to true'),
          'keep-old': z
            .string()
            .min(1)
            .optional()
            .describe('Keeps the old value under the key with this behind it, e.g. `_OLD`'),
          restart: z.boolean().optional().describe('Restarts the workloads that use the Secret, after asking'),
        })
        .optional()
        .describe('Gives keys that exist a new value'),
    })
    .refine(({ keys, docker }) => (keys === undefined) !== (docker === undefined), 'give one of `keys` and `docker`')
    .describe('A Secret, written through the API'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

const step: StepKind<Config> = {
  name: 'secret',
  description: 'Writes a Secret; keys that exist are kept, or rotated when that is asked for',
  shape,
  effects: 'cluster',
  // A variable of the environment is the user's, and the Secret may be anybody's.
  reaches: ({ secret }) =>
    Object.values(secret.keys ?? {}).some((source) => typeof source !== 'string' && 'env' in source),
  outputs: { written: 'list', kept: 'list', rotated: 'list', restarted: 'list' },
  files: ({ secret }) =>
    Object.values(secret.keys ?? {}).flatMap((source) =>
      typeof source !== 'string' && 'file' in source ? [source.file] : [],
    ),
  async access({ secret }) {
    const { name } = secret;
    const own = { verbs: ['get', 'create', 'patch'], apiVersion: 'v1', kind: 'Secret', name };
    const read = Object.values(secret.keys ?? {}).flatMap(copiedFrom);
    const others = read.map((one) => ({ verbs: ['get'], apiVersion: 'v1', kind: 'Secret', ...one }));
    if (!secret.rotate?.restart) return [own, ...others];
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'];
    return [own, ...others, ...kinds.map((kind) => ({ verbs: ['list', 'patch'], apiVersion: 'apps/v1', kind }))];
  },
  async plan(config, context) {
    // A name that only the run will know is not looked for.
    context.render(config.secret.name);
    const wish = wishOf(renderKnown(context, config).secret);
    try {
      const change = await changeOf(wish, context, undefined);
      const users =
        change.rotated.length > 0 && config.secret.rotate?.restart
          ? await workloadsUsing(context.connection, wish.name, context.namespace, context.signal)
          : [];
      return previewOf(wish.name, context.namespace, change, users.map(nameOf));
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 403) throw error;
      const changes = [{ object: `Secret/${wish.name}`, namespace: context.namespace, action: 'update' as const }];
      const why = 'without the right to read Secrets it cannot be told which keys are there';
      return { certainty: 'cannot preview', summary: `writes Secret/${wish.name}`, changes, why };
    }
  },
  async probe(config, context, before) {
    const wish = wished(config, context);
    const { created, replaced, rotated, isRotated } = await changeOf(wish, context, stepOf(context));
    const open = [...created, ...replaced, ...rotated];
    // The restarts that belong to a rotation may be missing still; the new values are not made once more.
    if (isRotated && config.secret.rotate?.restart)
      return { done: false, reason: 'rotated; the restarts are to be looked at' };
    if (open.length === 0)
      return { done: true, reason: 'all keys are there', ...outputsSince(before, Object.keys(wish.keys)) };
    return { done: false, reason: `still to be written: ${open.join(', ')}` };
  },
  async before(config, context) {
    const change = await changeOf(wished(config, context), context, stepOf(context));
    const { live, present, created, replaced, rotated, old, lists } = change;
    return {
      existed: live !== undefined,
      present: Object.keys(present),
      created,
      replaced,
      rotated,
      old,
      lists: undoneLists(lists),
    };
  },
  async run(config, context) {
    const wish = wished(config, context);
    const change = await changeOf(wish, context, stepOf(context));
    for (const [key, value] of Object.entries(change.present))
      if (!change.lists[key]?.shown) context.hide(Buffer.from(value, 'base64').toString('utf8'));
    const told = Object.entries(change.lists).map(([key, list]) => listSentence(key, list));
    const { created, replaced, rotated, kept, isRotated } = change;
    const names = [...created, ...replaced, ...rotated];
    if (names.length > 0) await writeSecret(config.secret, change, context);
    const isNew = isRotated || rotated.length > 0;
    const restarted = isNew && config.secret.rotate?.restart ? await restartUsers(wish.name, rotated, context) : [];
    const outputs = { written: names, kept, rotated, restarted };
    if (names.length === 0)
      return told.length > 0
        ? { summary: told.join('; '), outputs }
        : { summary: `${counted(kept.length, 'key')} there already, kept: ${kept.join(', ')}`, outputs };
    const plain = names.filter((key) => !change.lists[key]);
    const parts = plain.length > 0 ? [...told, `${counted(plain.length, 'key')} written: ${plain.join(', ')}`] : told;
    if (rotated.length > 0) parts.push(`rotated: ${rotated.join(', ')}`);
    if (kept.length > 0) parts.push(`kept: ${kept.join(', ')}`);
    if (restarted.length > 0) parts.push(`restarted: ${restarted.join(', ')}`);
    return { summary: parts.join('; '), outputs };
  },
  planUndo: ({ secret }, context, before) => planSecretUndo(secret.name, beforeSchema.parse(before), context),
  undo: (config, context, before) =>
    undoSecret(context.render(config.secret.name), beforeSchema.parse(before), context),
  async equivalent(config, context) {
    const { secret } = renderKnown(context, config);
    const n = `-n ${context.namespace}`;
    if (secret.docker) return [dockerLine(secret.name, secret.docker, context.namespace)];
    const entries = Object.entries(secret.keys ?? {});
    const lists = entries.flatMap(([key, source]) =>
      typeof source !== 'string' && 'list' in source ? listLines(secret.name, n, key, source.list) : [],
    );
    const sources = entries
      .filter(([, source]) => typeof source === 'string' || !('list' in source))
      .map(([key, source]) => sourceLines(key, source));
    if (sources.length === 0) return lists;
    const type = secret.type ? ` --type=${shellWord(secret.type)}` : '';
    const options = sources.map(({ option }) => option).join(' ');
    return [
      '# keys that exist already are kept',
      ...sources.flatMap(({ before }) => before),
      `kubectl create secret generic ${secret.name} ${n}${type} ${options}`,
      ...lists,
    ];
  },
};
/**
 * Writes a Secret from inputs, files, the environment, a person and random sources. Values pass memory and the API server only:
 * they stand in no argument, no file, no preview and no record.
 */
export const secretStep = inNamespace(step, ({ secret }) => secret.namespace);

/** What was written since `before` was written down; nothing when that does not say. */
function outputsSince(before: unknown, keys: readonly string[]) {
  const { success, data } = beforeSchema.safeParse(before);
  if (!success) return {};
  const written = [...data.created, ...data.replaced, ...data.rotated];
  const kept = keys.filter((key) => data.present.includes(key) && !written.includes(key));
  return { outputs: { written, kept, rotated: data.rotated, restarted: [] } };
}

/** Values are filled in only when they are written: what a key that is kept is made from need not be known. */
function wished({ secret }: Config, { render }: Pick<StepContext, 'render'>) {
  return wishOf({ ...secret, name: render(secret.name) });
}

function previewOf(name: string, namespace: string, change: SecretChange, users: readonly string[]): StepPreview {
  const { live, created, replaced, rotated, kept, old, lists } = change;
  const changed = (key: string) => ({ path: `data.${key}`, before: '(hidden)', after: '(hidden, changed)' });
  const fields: FieldChange[] = [
    ...created.map((key) => ({ path: `data.${key}`, after: '(hidden)' })),
    ...[...replaced, ...rotated].map((key) => (lists[key] ? listField(key, lists[key]) : changed(key))),
    ...Object.values(old).map((key) => ({ path: `data.${key}`, after: '(hidden, the old value)' })),
  ];
  const action = !live ? 'create' : fields.length === 0 ? 'unchanged' : 'update';
  const lost = rotated.filter((key) => !Object.hasOwn(old, key));
  const notes = [
    ...Object.entries(lists).map(([key, list]) => listSentence(key, list)),
    ...(kept.some((key) => !lists[key]) ? [`kept: ${kept.filter((key) => !lists[key]).join(', ')}`] : []),
    ...(lost.length > 0 ? [`the old value of ${lost.join(', ')} is lost; \`keep-old\` would keep it`] : []),
  ];
  const note = notes.length > 0 ? { note: notes.join('; ') } : {};
  const words = [
    ...(created.length > 0 ? [`creates ${created.join(', ')}`] : []),
    ...(replaced.length > 0 ? [`replaces ${replaced.join(', ')}`] : []),
    ...(rotated.length > 0 ? [`rotates ${rotated.join(', ')}`] : []),
    ...(users.length > 0 ? [`restarts ${users.join(', ')}`] : []),
  ];
  const restarts = users.map((object) => ({
    object,
    namespace,
    action: 'update' as const,
    note: 'restarted, after asking',
  }));
  return {
    certainty: 'previewed',
    summary: words.join('; ') || `all keys are there: ${kept.join(', ')}`,
    changes: [{ object: `Secret/${name}`, namespace, action, fields, ...note }, ...restarts],
  };
}

/** Which step of which run it is: a second one of the same run rotates once more. */
function stepOf({ run, step }: StepContext): string {
  return `${run.id} ${step.id}`;
}
