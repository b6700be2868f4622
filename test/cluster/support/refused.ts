import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type KindObject, pathsByKind } from './every-kind.ts';
import type { Http, HttpAnswer } from './http.ts';

/** A small object of a kind, spoilt, and what a real server says of it: recorded from kube-apiserver 1.36.2. */
export interface Refused {
  /** The kind of what is created (as a dry run), or replaced. */
  create?: string;
  update?: string;
  /** By path, e.g. `spec.containers[0].name`; null takes the field out. */
  set: Record<string, unknown>;
  /** What differs from the small object before the update. */
  was?: Record<string, unknown>;
  /** `field: message` of every cause of a 422 in order; `…` stands for any text, as by `whole-specs` of the divergences. */
  says?: string[];
  /** Of other refusals. */
  status?: number;
  reason?: string;
  message?: string;
}

const read = (name: string) =>
  parse(readFileSync(new URL(`../fixtures/refused/${name}.yaml`, import.meta.url), 'utf8'));

export function refusedObjects(name: string): [title: string, one: Refused][] {
  const cases = read(name) as Refused[];
  return cases.map((one) => [
    `${one.update ? 'an update' : 'a'} ${one.update ?? one.create} with ${JSON.stringify(one.set)}`,
    one,
  ]);
}

function changed<T extends object>(object: T, changes: Record<string, unknown> = {}): T {
  const next = structuredClone(object);
  for (const [path, value] of Object.entries(changes)) {
    const parts = path.replace(/\[(\d+)\]/g, '.$1').split('.');
    const last = parts.pop() ?? '';
    let target = next as Record<string, unknown>;
    for (const part of parts) {
      target[part] ??= {};
      target = target[part] as Record<string, unknown>;
    }
    if (value === null) delete target[last];
    else target[last] = value;
  }
  return next;
}

/** Sends spoilt objects; what it creates for updates outside of the namespace it deletes. */
export async function refuser(http: Http, namespace: string) {
  const pathOf = await pathsByKind(http);
  const bases = JSON.parse(JSON.stringify(read('bases')).replaceAll('NAMESPACE', namespace)) as KindObject[];
  let count = 0;
  return async ({ create, update, was, set }: Refused): Promise<HttpAnswer & { name: string }> => {
    const base = bases.find(({ kind }) => kind === (create ?? update));
    if (!base) throw new Error(`no object of ${create ?? update}`);
    const collection = pathOf(base, namespace);
    const query = { dryRun: 'All' };
    if (create) {
      const object = changed(base, set);
      return { ...(await http.post(collection, object, { query })), name: object.metadata?.name ?? '' };
    }
    const name = `${namespace}-c${++count}`;
    const made = await http.post(collection, changed({ ...base, metadata: { name } }, was));
    if (made.status !== 201) throw new Error(`${update} was not made: ${made.text}`);
    const current = await settled(http, `${collection}/${name}`, made);
    const next = changed(current.body, set);
    // Kinds that ask for the version have no controller that meddles once it has looked at them.
    if (!['Lease', 'PodDisruptionBudget'].includes(base.kind)) delete next.metadata.resourceVersion;
    const answer = await http.put(`${collection}/${name}`, next, { query });
    if (!collection.includes('/namespaces/')) await http.remove(`${collection}/${name}`);
    return { ...answer, name };
  };
}

/** A budget is looked at by its controller at once, others are as they were made. */
async function settled(http: Http, path: string, made: HttpAnswer): Promise<HttpAnswer> {
  if (made.body.kind !== 'PodDisruptionBudget') return made;
  return http.until(path, ({ body }) => body.status?.observedGeneration === 1);
}
