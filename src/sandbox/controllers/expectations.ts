import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Informer } from '../informer.ts';

/**
 * What a controller has done and its cache does not show yet (`controller_utils.go ControllerExpectations`): until then the
 * cache must not be counted, or pods are made twice.
 */
export interface Expectations {
  created(key: string, object: KubernetesObject): void;
  deleting(key: string, object: KubernetesObject): void;
  /** True when the cache shows everything that was done under this key, or it is taking too long. */
  met(key: string): boolean;
  forget(key: string): void;
}

const longestWaitMs = 10_000;
const rememberedDeletes = 2000;

interface Expected {
  uid: string;
  namespace: string | undefined;
  name: string;
  creating: boolean;
  until: number;
}

export function createExpectations(informer: Informer): Expectations {
  const expected = new Map<string, Expected[]>();
  const gone = new Set<string>();
  informer.on(({ type, object }) => {
    if (type !== 'deleted' || !object.metadata.uid) return;
    gone.add(object.metadata.uid);
    for (const oldest of gone) {
      if (gone.size <= rememberedDeletes) break;
      gone.delete(oldest);
    }
  });
  const add = (key: string, { metadata }: KubernetesObject, creating: boolean) => {
    const { uid = '', namespace, name } = metadata;
    const entry = { uid, namespace, name, creating, until: Date.now() + longestWaitMs };
    expected.set(key, [...(expected.get(key) ?? []), entry]);
  };
  const isMet = ({ uid, namespace, name, creating, until }: Expected) => {
    if (gone.has(uid) || Date.now() > until) return true;
    const cached = informer.get(namespace, name);
    const present = cached?.metadata.uid === uid;
    return creating ? present : !present || cached?.metadata.deletionTimestamp !== undefined;
  };
  return {
    created: (key, object) => add(key, object, true),
    deleting: (key, object) => add(key, object, false),
    met(key) {
      const open = (expected.get(key) ?? []).filter((entry) => !isMet(entry));
      if (open.length > 0) expected.set(key, open);
      else expected.delete(key);
      return open.length === 0;
    },
    forget: (key) => void expected.delete(key),
  };
}
