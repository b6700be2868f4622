import { randomBytes } from 'node:crypto';
import { timestamp } from '../../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import {
  conditionsWith,
  type Duty,
  decoded,
  encoded,
  find,
  ownedBy,
  pathBelow,
  type Service,
  saysSo,
  setStatus,
  standInLabels,
  type World,
} from './duty.ts';

const root = '/apis/external-secrets.io/v1';
const secretsPath = `${root}/externalsecrets`;

/** https://external-secrets.io/latest/api/externalsecret/ */
interface ExternalSecret extends KubernetesObject {
  spec: {
    secretStoreRef?: { name: string; kind?: string };
    target?: {
      name?: string;
      creationPolicy?: string;
      template?: {
        type?: string;
        data?: Record<string, string>;
        metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      };
    };
    data?: { secretKey: string; remoteRef: { key: string; property?: string } }[];
    dataFrom?: { extract?: { key: string } }[];
  };
}
type Secret = KubernetesObject & { data?: Record<string, string> };

/**
 * External Secrets: stores are found to be valid, and an ExternalSecret becomes a Secret with its keys. No Vault and no cloud is
 * asked: the values are generated, kept from then on, and the Secret says so.
 */
export function externalSecrets(): Service {
  const stores = ['secretstores', 'clustersecretstores'].map((plural): Duty => {
    const path = `${root}/${plural}`;
    return { path, fulfil: (world, store) => validate(world, path, store) };
  });
  return {
    duties: [...stores, { path: secretsPath, fulfil: (world, object) => sync(world, object as ExternalSecret) }],
  };
}

async function validate(world: World, path: string, store: KubernetesObject): Promise<boolean> {
  const { provider = {} } = (store.spec ?? {}) as { provider?: object };
  const isNamed = Object.keys(provider).length === 1;
  await setStatus(world, path, store, {
    capabilities: 'ReadWrite',
    conditions: conditionsWith(world, store, {
      type: 'Ready',
      status: isNamed ? 'True' : 'False',
      reason: isNamed ? 'Valid' : 'InvalidProviderConfig',
      message: isNamed ? 'store validated (by a stand-in: nobody was asked)' : 'a store names one provider',
    }),
  });
  return true;
}

async function sync(world: World, external: ExternalSecret): Promise<boolean> {
  const fault = await faultOfStore(world, external);
  if (fault !== undefined) {
    await report(world, external, { status: 'False', reason: 'SecretSyncedError', message: fault });
    return false;
  }
  const { name, namespace = '' } = external.metadata;
  const { target = {} } = external.spec;
  const path = `/api/v1/namespaces/${namespace}/secrets/${target.name ?? name}`;
  const live = await find<Secret>(world, path);
  const data = dataOf(external, live);
  const isWhole = live && Object.entries(data).every(([key, value]) => live.data?.[key] === value);
  if (!live) await world.client.create(path.slice(0, path.lastIndexOf('/')), secretOf(external, data));
  else if (!isWhole) await world.client.patch(path, { data }, 'merge');
  if (!isWhole || !external.status)
    await report(world, external, { status: 'True', reason: 'SecretSynced', message: 'secret synced' });
  return true;
}

async function faultOfStore(world: World, { spec, metadata }: ExternalSecret): Promise<string | undefined> {
  const { name = '', kind = 'SecretStore' } = spec.secretStoreRef ?? {};
  const ofCluster = kind === 'ClusterSecretStore';
  const place = ofCluster ? { name } : { name, namespace: metadata.namespace };
  const store = await find(world, pathBelow(`${root}/${ofCluster ? 'clustersecretstores' : 'secretstores'}`, place));
  if (!store) return `could not get ${kind} "${name}", ${kind} "${name}" not found`;
  const { conditions = [] } = (store.status ?? {}) as { conditions?: { type: string; status: string }[] };
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return isReady ? undefined : `${kind} "${name}" is not ready`;
}

/** A key that is there keeps its value; a template's texts are filled in anew. */
function dataOf({ spec }: ExternalSecret, live: Secret | undefined): Record<string, string> {
  const keys = [
    ...(spec.data ?? []).map(({ secretKey }) => secretKey),
    ...(spec.dataFrom ?? []).flatMap(({ extract }) => (extract ? [extract.key.split('/').at(-1) ?? extract.key] : [])),
  ];
  const made = () => randomBytes(24).toString('base64url');
  const template = spec.target?.template?.data;
  if (!template) return encoded(Object.fromEntries(keys.map((key) => [key, decoded(live?.data?.[key]) || made()])));
  if (live && Object.keys(template).every((key) => live.data?.[key] !== undefined)) return live.data ?? {};
  const values = new Map(keys.map((key) => [key, made()]));
  const filled = (text: string) =>
    text.replace(/\{\{-?\s*\.(\w+)[^}]*\}\}/g, (_, key: string) => values.get(key) ?? '');
  return encoded(Object.fromEntries(Object.entries(template).map(([key, text]) => [key, filled(text)])));
}

function secretOf(external: ExternalSecret, data: Record<string, string>): object {
  const { name, creationPolicy = 'Owner', template = {} } = external.spec.target ?? {};
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: name ?? external.metadata.name,
      labels: { ...labels, ...standInLabels },
      annotations: { ...annotations, ...saysSo('a Secret of External Secrets; its values are generated, of no Vault') },
      ...(creationPolicy === 'Owner' ? { ownerReferences: ownedBy(external) } : {}),
    },
    type: template.type ?? 'Opaque',
    data,
  };
}

function report(
  world: World,
  external: ExternalSecret,
  condition: { status: 'True' | 'False'; reason: string; message: string },
): Promise<void> {
  const { name } = external.metadata;
  return setStatus(world, secretsPath, external, {
    binding: { name: external.spec.target?.name ?? name },
    ...(condition.status === 'True' ? { refreshTime: timestamp(world.now()) } : {}),
    conditions: conditionsWith(world, external, { type: 'Ready', ...condition }),
  });
}
