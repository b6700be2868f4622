import type { Connection } from '../cluster/connection.ts';
import { getObject, listObjects } from '../cluster/objects.ts';
import { servesKind } from '../cluster/resources.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { InputChoices, InputFrom } from './input-sources.ts';
import { kindOf } from './steps/check/sources/kind-name.ts';

/** Reads objects of the cluster, none of them twice. Of a kind that the cluster does not have there are none. */
export interface ObjectReader {
  get(from: InputFrom): Promise<KubernetesObject | undefined>;
  list(choices: InputChoices): Promise<KubernetesObject[]>;
}

/** A reader in a namespace; the signal ends all that it waits for. */
export function createObjectReader(connection: Connection, own: string, signal: AbortSignal): ObjectReader {
  const known = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const reading = (known.get(key) as Promise<T> | undefined) ?? unlessAborted(read(), signal);
    known.set(key, reading);
    return reading;
  };
  const ifServed = async <T>(kind: string, none: T, read: () => Promise<T>): Promise<T> => {
    const { apiVersion, kind: name } = kindOf(kind);
    return (await servesKind(connection, apiVersion, name)) ? read() : none;
  };
  return {
    get({ get, name, namespace = own }) {
      const ref = { ...kindOf(get), name, namespace };
      return once(JSON.stringify(ref), () => ifServed(get, undefined, () => getObject(connection, ref, signal)));
    },
    list({ list, namespace = own, allNamespaces, selector }) {
      const query = { ...kindOf(list), namespace, allNamespaces, labelSelector: selector };
      return once(JSON.stringify(query), () => ifServed(list, [], () => listObjects(connection, query, signal)));
    },
  };
}

/** Some of what a request waits for knows of no signal. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(new Error('the cluster did not answer in time'));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}
