import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import {
  conditionsWith,
  type Duty,
  decoded,
  encoded,
  ensure,
  find,
  ownedBy,
  type Service,
  saysSo,
  setStatus,
  standInLabels,
  type World,
} from './duty.ts';
import { type DatabaseCluster, instancePod, serviceOf } from './postgresql-objects.ts';

const path = '/apis/postgresql.cnpg.io/v1/clusters';

interface Pod extends KubernetesObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * CloudNativePG: a Cluster becomes pods of PostgreSQL with a volume each, three Services and a Secret by the same names. The
 * first pod is the primary; the others stand there without its data, as nothing is copied here, and say so.
 */
export function postgresql(): Service {
  return { duties: [{ path, fulfil } satisfies Duty] };
}

async function fulfil(world: World, object: KubernetesObject): Promise<boolean> {
  const cluster = object as DatabaseCluster;
  const { namespace = '', name } = cluster.metadata;
  const core = `/api/v1/namespaces/${namespace}`;
  const { database = 'app', owner = database, secret } = cluster.spec.bootstrap?.initdb ?? {};
  const secretName = secret?.name ?? `${name}-app`;
  if (secret && !(await find(world, `${core}/secrets/${secretName}`)))
    return report(world, cluster, [], `Waiting for the Secret ${secretName}`);
  const credentials = await ensure<KubernetesObject & { data?: Record<string, string> }>(
    world,
    `${core}/secrets/${secretName}`,
    () => ownSecret(cluster, secretName, owner, database),
  );
  const about = { owner: decoded(credentials.data?.username) || owner, database, secretName };
  const instances = Array.from({ length: cluster.spec.instances ?? 1 }, (_, index) => `${name}-${index + 1}`);
  for (const role of ['rw', 'ro', 'r'] as const)
    await ensure(world, `${core}/services/${name}-${role}`, () => serviceOf(cluster, role));
  const pods: Pod[] = [];
  for (const [index, instance] of instances.entries()) {
    await ensure(world, `${core}/persistentvolumeclaims/${instance}`, () => claimOf(cluster, instance));
    pods.push(await ensure<Pod>(world, `${core}/pods/${instance}`, () => instancePod(cluster, instance, index, about)));
  }
  return report(world, cluster, pods, 'Setting up primary');
}

async function report(world: World, cluster: DatabaseCluster, pods: readonly Pod[], phase: string): Promise<boolean> {
  const { name, namespace } = cluster.metadata;
  const wanted = cluster.spec.instances ?? 1;
  const ready = pods.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  const isReady = ready.length === wanted;
  await setStatus(world, path, cluster, {
    ...(cluster.status as object | undefined),
    phase: isReady ? 'Cluster in healthy state' : phase,
    instances: pods.length,
    readyInstances: ready.length,
    instanceNames: pods.map(({ metadata }) => metadata.name),
    currentPrimary: `${name}-1`,
    targetPrimary: `${name}-1`,
    writeService: `${name}-rw`,
    readService: `${name}-r`,
    image: cluster.spec.imageName ?? '',
    conditions: conditionsWith(world, cluster, {
      type: 'Ready',
      status: isReady ? 'True' : 'False',
      reason: isReady ? 'ClusterIsReady' : 'ClusterIsNotReady',
      message: isReady ? 'Cluster is Ready' : `Cluster Is Not Ready: ${ready.length} of ${wanted} in ${namespace}`,
    }),
  });
  return isReady;
}

/** As CloudNativePG makes it where none is named. */
function ownSecret(cluster: DatabaseCluster, secretName: string, owner: string, database: string): object {
  const { name, namespace = '' } = cluster.metadata;
  const password = randomBytes(32).toString('base64url');
  const host = `${name}-rw`;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      labels: { ...standInLabels, 'cnpg.io/cluster': name },
      ownerReferences: ownedBy(cluster),
    },
    type: 'kubernetes.io/basic-auth',
    data: encoded({
      ...{ username: owner, user: owner, password, dbname: database, host, port: '5432' },
      pgpass: `${host}:5432:${database}:${owner}:${password}\n`,
      uri: `postgresql://${owner}:${password}@${host}.${namespace}:5432/${database}`,
    }),
  };
}

function claimOf(cluster: DatabaseCluster, instance: string): object {
  const { size = '1Gi', storageClass } = cluster.spec.storage;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: instance,
      labels: { ...standInLabels, 'cnpg.io/cluster': cluster.metadata.name, 'cnpg.io/instanceName': instance },
      annotations: saysSo('a volume of CloudNativePG'),
      ownerReferences: ownedBy(cluster),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  };
}
