import type { KubernetesObject } from '../../../kubernetes/object.ts';
import {
  conditionsWith,
  ensure,
  find,
  ownedBy,
  type Service,
  saysSo,
  setStatus,
  standInLabels,
  type World,
} from './duty.ts';

const root = '/apis/kafka.strimzi.io/v1';
const clusterLabel = 'strimzi.io/cluster';

interface KafkaCluster extends KubernetesObject {
  spec: { kafka: { version?: string; listeners?: { name: string; port: number; tls?: boolean }[] } };
}
interface NodePool extends KubernetesObject {
  spec: { replicas: number; storage?: { size?: string; volumes?: { size?: string }[] } };
}
type Set = KubernetesObject & { status?: { readyReplicas?: number } };

/** Strimzi: a Kafka with its pools becomes brokers (that hold no messages) and a bootstrap Service, by the same names. */
export function kafka(): Service {
  return {
    duties: [{ path: `${root}/kafkas`, fulfil: (world, object) => fulfil(world, object as KafkaCluster) }],
  };
}

async function fulfil(world: World, cluster: KafkaCluster): Promise<boolean> {
  const { name, namespace = '' } = cluster.metadata;
  const listeners = cluster.spec.kafka.listeners ?? [{ name: 'plain', port: 9092 }];
  const { items: pools } = await world.client.get<{ items: NodePool[] }>(
    `${root}/namespaces/${namespace}/kafkanodepools`,
    { labelSelector: `${clusterLabel}=${name}` },
  );
  const bootstrap = `${name}-kafka-bootstrap`;
  const ports = listeners.map((one) => ({ name: `tcp-${one.name}`, port: one.port }));
  await ensure(world, `/api/v1/namespaces/${namespace}/services/${bootstrap}`, () => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: about(cluster, bootstrap),
    spec: { selector: { [clusterLabel]: name, 'strimzi.io/kind': 'Kafka' }, ports },
  }));
  let missing = pools.length === 0 ? 1 : 0;
  for (const pool of pools) {
    const set = `${name}-${pool.metadata.name}`;
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${set}`;
    await ensure(world, path, () => brokers(cluster, pool, set, listeners));
    const live = await find<Set>(world, path);
    missing += Math.max(0, pool.spec.replicas - (live?.status?.readyReplicas ?? 0));
  }
  const isReady = missing === 0;
  await setStatus(world, `${root}/kafkas`, cluster, {
    observedGeneration: cluster.metadata.generation,
    clusterId: 'a-stand-in',
    kafkaVersion: cluster.spec.kafka.version ?? '',
    listeners: listeners.map((one) => ({
      name: one.name,
      bootstrapServers: `${bootstrap}.${namespace}.svc:${one.port}`,
      addresses: [{ host: `${bootstrap}.${namespace}.svc`, port: one.port }],
    })),
    conditions: conditionsWith(world, cluster, {
      type: 'Ready',
      status: isReady ? 'True' : 'False',
      ...(isReady ? {} : { reason: 'Creating', message: 'Kafka cluster is being deployed' }),
    }),
  });
  return isReady;
}

function about(cluster: KafkaCluster, name: string) {
  return {
    name,
    labels: { ...standInLabels, [clusterLabel]: cluster.metadata.name },
    annotations: saysSo('brokers of Strimzi; they hold no messages'),
    ownerReferences: ownedBy(cluster),
  };
}

function brokers(
  cluster: KafkaCluster,
  { spec }: NodePool,
  name: string,
  listeners: readonly { port: number }[],
): object {
  const labels = { ...standInLabels, [clusterLabel]: cluster.metadata.name, 'strimzi.io/kind': 'Kafka', broker: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: about(cluster, name),
    spec: {
      replicas: spec.replicas,
      serviceName: `${cluster.metadata.name}-kafka-brokers`,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { broker: name } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'kafka',
              image: `quay.io/strimzi/kafka:${cluster.spec.kafka.version ?? 'latest'}`,
              ports: listeners.map(({ port }) => ({ containerPort: port })),
            },
          ],
        },
      },
    },
  };
}
