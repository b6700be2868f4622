import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { hasStatus } from '../kubernetes-error.ts';
import { getObject } from '../objects.ts';

/** With what people log in: names alone, the password is in the Secret. */
export interface WantedCredentials {
  secret: string;
  /** That of the access point unless said. */
  namespace?: string | undefined;
  /** A text, or the key that holds it. */
  username?: string | { key: string } | undefined;
  /** The key that holds it. */
  password: string;
}

/** What is told of credentials without being asked for the password: it is never in here. Text is raw. */
export interface CredentialsSeen {
  /** `observability/prometheus-grafana` */
  secret: string;
  /** Undefined where the Secret does not hold it, or none is needed. */
  username?: string;
  password: 'there' | 'absent' | 'unknown';
  /** Why it is not known. */
  trouble?: string;
}

/** The user name, and whether there is a password. Never throws for a Secret that is not there or may not be read. */
export async function lookAtCredentials(
  connection: Connection,
  wanted: WantedCredentials,
  namespace: string,
  signal?: AbortSignal,
): Promise<CredentialsSeen> {
  const place = wanted.namespace ?? namespace;
  const secret = `${place}/${wanted.secret}`;
  const given = typeof wanted.username === 'string' ? { username: wanted.username } : {};
  try {
    const object = await getObject(connection, refOf(wanted, place), signal);
    if (!object) return { secret, ...given, password: 'absent', trouble: 'the Secret does not exist' };
    const key = typeof wanted.username === 'object' ? textOf(object, wanted.username.key) : undefined;
    const username = key === undefined ? given : { username: key };
    if (textOf(object, wanted.password) !== undefined) return { secret, ...username, password: 'there' };
    return { secret, ...username, password: 'absent', trouble: `the Secret has no key ${wanted.password}` };
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    return { secret, ...given, password: 'unknown', trouble: 'you may not read this Secret' };
  }
}

/** The password itself, for whoever asked for it. Undefined where there is none. Throws `KubernetesError` where it may not be read. */
export async function revealPassword(
  connection: Connection,
  wanted: WantedCredentials,
  namespace: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const object = await getObject(connection, refOf(wanted, wanted.namespace ?? namespace), signal);
  return object && textOf(object, wanted.password);
}

function refOf({ secret }: WantedCredentials, namespace: string) {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: secret };
}

function textOf(object: KubernetesObject, key: string): string | undefined {
  const data = (object.data ?? {}) as Record<string, string>;
  const value = Object.hasOwn(data, key) ? data[key] : undefined;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}
