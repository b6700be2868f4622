import { z } from 'zod';
import { mapAtOnce } from '../../base/at-once.ts';
import { deleteObject, getObject, listObjects, refOf } from '../../cluster/objects.ts';
import { waitDeleted } from '../../cluster/readiness/wait-deleted.ts';
import { findKind, type ObjectRef, servesKind } from '../../cluster/resources.ts';
import { dataAtRisk } from '../../kubernetes/data-at-risk.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { inDeleteOrder } from '../../kubernetes/order.ts';
import type { PlanContext, StepContext, StepKind } from '../step-kind.ts';
import type { PreviewedChange } from '../step-preview.ts';
import { accessTo, accessToWatch } from './access-needs.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { inNamespace } from './in-namespace.ts';
import { readObjects } from './manifest-objects.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import { deletedObject, planRestore, restore } from './restore.ts';
import { asList, fileNames, objectName } from './step-shapes.ts';

const shape = {
  delete: z
    .union([
      fileNames,
      z.strictObject({
        files: fileNames.optional().describe('Manifest files whose objects go'),
        objects: z.array(objectName).optional().describe('Objects by name'),
        namespace: z.string().optional().describe('Where they are, unless a file says it; the run’s unless said'),
      }),
    ])
    .describe('What goes: manifest files, or objects by name'),
  keep: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Kinds that stay, e.g. `[PersistentVolumeClaim]`; their namespace stays with them'),
  wait: z.enum(['deleted', 'none']).optional().describe('`deleted` unless said: until everything is gone'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Names of the manifest files whose objects go. */
function filesToDelete({ delete: what }: Pick<Config, 'delete'>): string[] {
  return typeof what === 'string' || Array.isArray(what) ? asList(what) : asList(what.files);
}

function namesToDelete({ delete: what }: Pick<Config, 'delete'>): string[] {
  return typeof what === 'string' || Array.isArray(what) ? [] : (what.objects ?? []);
}

const definition: StepKind<Config> = {
  name: 'delete',
  description: 'Deletes objects, and waits until they are gone',
  shape,
  effects: 'cluster',
  outputs: { deleted: 'list', kept: 'list' },
  files: filesToDelete,
  async plan(config, context) {
    const { going, kept } = await chooseObjects(config, context);
    const there = await existing(going, context);
    const changes = there.map(deletion);
    const summary = `${counted(there.length, 'object')} go${kept.length > 0 ? `; kept: ${kept.join(', ')}` : ''}`;
    return { certainty: 'previewed', summary, changes };
  },
  async access(config, context) {
    const { going } = await chooseObjects(config, context);
    const waiting = config.wait === 'none' ? [] : accessToWatch(going);
    return [...accessTo(going, ['get', 'delete']), ...waiting];
  },
  async before(config, context) {
    const { going } = await chooseObjects(config, context);
    return { objects: (await existing(going, context)).map(({ object }) => deletedObject(object)) };
  },
  planUndo: (_, context, before) => planRestore(before, context),
  undo: (_, context, before) => restore(before, context),
  async probe(config, context) {
    const { going } = await chooseObjects(config, context);
    const there = await existing(going, context);
    return { done: there.length === 0, reason: there.length === 0 ? 'nothing is left' : `${there.length} are left` };
  },
  async run(config, context) {
    const { going, kept } = await chooseObjects(config, context);
    const there = await existing(going, context);
    for (const ref of there) {
      context.signal.throwIfAborted();
      const action = await deleteObject(context.connection, ref, {
        ...{ propagation: 'Foreground', uid: ref.uid, signal: context.signal },
      });
      context.output(`${ref.kind}/${ref.name} ${action === 'deleted' ? 'is being deleted' : 'was gone'}`);
    }
    const { connection, timeoutMs, waiting, progress } = context;
    if (config.wait !== 'none')
      await waitDeleted(connection, there, { timeoutMs, signal: waiting, onProgress: progress });
    const what = there.length === 0 ? 'nothing was there' : `${counted(there.length, 'object')} deleted`;
    const stays = kept.length > 0 ? `; kept: ${kept.join(', ')}` : '';
    return { summary: `${what}${stays}`, outputs: { deleted: there.map((ref) => `${ref.kind}/${ref.name}`), kept } };
  },
  async equivalent(config, context) {
    const kept = asList(renderKnown(context, config.keep));
    const n = ` -n ${context.namespace}`;
    const files = filesToDelete(config).map(
      (file) => `kubectl delete --ignore-not-found --cascade=foreground -f ${shellWord(file)}`,
    );
    const names = renderKnown(context, namesToDelete(config)).map(
      (name) => `kubectl delete --ignore-not-found --cascade=foreground ${kubectlName(name)}${n}`,
    );
    const note = kept.length > 0 ? [`# leave out what is of the kind ${kept.join(', ')}, and its namespace`] : [];
    return [...note, ...files, ...names];
  },
};

/** Deletes objects and waits until they are gone. */
export const deleteStep: StepKind<Config> = inNamespace(definition, ({ delete: what }) =>
  typeof what === 'string' || Array.isArray(what) ? undefined : what.namespace,
);

interface Choice {
  /** In the order in which they go. */
  going: ObjectRef[];
  kept: string[];
}

/** What goes and what stays. A namespace that holds something that stays is not deleted: that would take it along. */
async function chooseObjects(
  config: Config,
  context: PlanContext & Pick<StepContext, 'connection' | 'signal'>,
): Promise<Choice> {
  const { connection, namespace } = context;
  const fromFiles = (await readObjects(context.render(filesToDelete(config)), context)).map(refOf);
  const named: ObjectRef[] = [];
  for (const name of context.render(namesToDelete(config)))
    named.push(await resolveObjectName(connection, name, namespace));
  const all = inDeleteOrder([...fromFiles, ...named]);
  const keptKinds = new Set(asList(context.render(config.keep) as string | string[] | undefined).filter(Boolean));
  const kept: ObjectRef[] = await existing(
    all.filter(({ kind }) => keptKinds.has(kind)),
    context,
  );
  const spaces = all.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name);
  for (const ref of await inhabitants(spaces, [...keptKinds], context))
    if (!kept.some((one) => sameObject(one, ref, namespace))) kept.push(ref);
  const inhabited = new Set(kept.map((ref) => ref.namespace ?? namespace));
  const stays = (ref: ObjectRef) => keptKinds.has(ref.kind) || (ref.kind === 'Namespace' && inhabited.has(ref.name));
  return {
    going: all.filter((ref) => !stays(ref)),
    kept: [...kept, ...all.filter((ref) => ref.kind === 'Namespace' && inhabited.has(ref.name))].map(
      (ref) => `${ref.kind}/${ref.name}`,
    ),
  };
}

/** What of the kinds that stay is in these namespaces, named by the step or not: a StatefulSet makes claims of its own. */
async function inhabitants(
  namespaces: readonly string[],
  kinds: readonly string[],
  { connection, signal }: Pick<StepContext, 'connection' | 'signal'>,
): Promise<ObjectRef[]> {
  const found: ObjectRef[] = [];
  for (const kind of kinds) {
    const resource = namespaces.length > 0 ? await findKind(connection, kind) : undefined;
    if (!resource?.namespaced) continue;
    for (const namespace of namespaces) {
      const objects = await listObjects(connection, { apiVersion: resource.apiVersion, kind, namespace }, signal);
      found.push(...objects.map((object) => ({ ...refOf(object), namespace })));
    }
  }
  return found;
}

function sameObject(one: ObjectRef, other: ObjectRef, namespace: string): boolean {
  const same = one.kind === other.kind && one.name === other.name;
  return same && (one.namespace ?? namespace) === (other.namespace ?? namespace);
}

type Existing = ObjectRef & { uid: string | undefined; object: KubernetesObject };

async function existing(
  refs: readonly ObjectRef[],
  { connection, signal }: Pick<StepContext, 'connection' | 'signal'>,
): Promise<Existing[]> {
  const found = await mapAtOnce(refs, 8, async (ref): Promise<Existing[]> => {
    // A kind that the cluster does not have leaves nothing to delete.
    if (!(await servesKind(connection, ref.apiVersion, ref.kind))) return [];
    const object = await getObject(connection, ref, signal);
    const { apiVersion, kind } = ref;
    return object ? [{ ...ref, uid: object.metadata.uid, object: { ...object, apiVersion, kind } }] : [];
  });
  return found.flat();
}

function deletion({ kind, name, object }: Existing): PreviewedChange {
  const { namespace } = object.metadata;
  const data = dataAtRisk(object);
  return {
    object: `${kind}/${name}`,
    ...(namespace === undefined ? {} : { namespace }),
    action: 'delete',
    ...(data.length > 0 ? { data } : {}),
  };
}
