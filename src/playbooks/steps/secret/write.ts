import { applyObject } from '../../../cluster/apply.ts';
import type { StepContext } from '../../step-kind.ts';
import { checkCertificates, type WantedCertificates } from './certificates.ts';
import { ownKeys, type SecretChange } from './change.ts';
import { type DockerConfig, dockerConfig } from './docker.ts';
import { rotatedAnnotation } from './rotation.ts';
import { joined, type KeySource, keyValueOf } from './sources.ts';
import { checkPair, tlsType } from './tls.ts';

/** What is written of a Secret, as the step says it. */
export interface WrittenSecret {
  name: string;
  type?: string | undefined;
  keys?: Record<string, KeySource> | undefined;
  docker?: DockerConfig | undefined;
  certificates?: WantedCertificates | undefined;
}

/** The same with keys, where it is a registry's credentials too. */
export function wishOf<Written extends WrittenSecret>(secret: Written) {
  const { keys, docker, ...rest } = secret;
  if (keys) return { ...rest, keys };
  // One key holds it all; it is kept, replaced or rotated like any other.
  const source = { value: docker?.server ?? '' };
  return { ...rest, type: 'kubernetes.io/dockerconfigjson', keys: { '.dockerconfigjson': source } };
}

/** All of our own keys are sent, as server-side apply takes away what its manager no longer names; those of others stay theirs. */
export async function writeSecret(secret: WrittenSecret, change: SecretChange, context: StepContext): Promise<void> {
  const { connection, system, signal, namespace } = context;
  const { live, present, created, replaced, rotated, old, mark, lists } = change;
  const ours = ownKeys(live);
  const data = Object.fromEntries(Object.entries(present).filter(([key]) => ours.has(key)));
  for (const [key, kept] of Object.entries(old)) data[kept] = present[key] ?? '';
  const { keys } = wishOf(secret);
  const names = [...created, ...replaced, ...rotated];
  for (const [key, source] of Object.entries(keys)) {
    if (!names.includes(key)) continue;
    const list = lists[key];
    if (list) {
      data[key] = Buffer.from(list.after.join(list.separator)).toString('base64');
      continue;
    }
    if (typeof source !== 'string' && 'join' in source) continue;
    const docker = secret.docker ? await dockerConfig(secret.docker, context) : undefined;
    const { bytes, beside } = docker ? { bytes: docker, beside: undefined } : await keyValueOf(key, source, context);
    data[key] = bytes.toString('base64');
    for (const [name, other] of Object.entries(beside ?? {})) data[name] = other.toString('base64');
  }
  // What is put together comes when its parts are there.
  for (const [key, source] of Object.entries(keys))
    if (typeof source !== 'string' && 'join' in source && names.includes(key))
      data[key] = joined(source.join, { ...present, ...data }, context).toString('base64');
  const type = (live?.type as string | undefined) ?? wishOf(secret).type ?? 'Opaque';
  const annotations = mark ? { annotations: { [rotatedAnnotation]: mark } } : {};
  const name = context.render(secret.name);
  if (type === tlsType) checkPair(name, { ...present, ...data });
  for (const note of checkCertificates(`Secret/${name} is not written`, secret.certificates ?? [], {
    ...present,
    ...data,
  }))
    context.output(note);
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, ...annotations }, type, data };
  const force = replaced.length + rotated.length > 0;
  await applyObject(connection, object, { system, signal, force });
}
