import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { ownedBy, saysSo, standInLabels } from './duty.ts';

/** https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/ */
export interface DatabaseCluster extends KubernetesObject {
  spec: {
    instances?: number;
    imageName?: string;
    storage: { size?: string; storageClass?: string };
    bootstrap?: { initdb?: { database?: string; owner?: string; secret?: { name: string } } };
    resources?: object;
  };
}

interface Account {
  owner: string;
  database: string;
  /** Holds the owner's `password`. */
  secretName: string;
}

const selectors = {
  rw: { 'cnpg.io/instanceRole': 'primary' },
  ro: { 'cnpg.io/instanceRole': 'replica' },
  r: { 'cnpg.io/podRole': 'instance' },
};

/** `postgres-rw` for the primary, `-ro` for the others, `-r` for all. */
export function serviceOf(cluster: DatabaseCluster, role: keyof typeof selectors): object {
  const { name } = cluster.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${name}-${role}`,
      labels: { ...standInLabels, 'cnpg.io/cluster': name },
      ownerReferences: ownedBy(cluster),
    },
    spec: {
      selector: { 'cnpg.io/cluster': name, ...selectors[role] },
      ports: [{ name: 'postgres', port: 5432, targetPort: 5432 }],
    },
  };
}

/** The pod of one instance; the first one is the primary. */
export function instancePod(
  cluster: DatabaseCluster,
  instance: string,
  index: number,
  { owner, database, secretName }: Account,
): object {
  const { name } = cluster.metadata;
  const role = index === 0 ? 'primary' : 'replica';
  const what = index === 0 ? 'an instance of CloudNativePG' : 'a replica of CloudNativePG; it holds no copy';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: instance,
      labels: {
        ...standInLabels,
        'cnpg.io/cluster': name,
        'cnpg.io/instanceName': instance,
        'cnpg.io/instanceRole': role,
        'cnpg.io/podRole': 'instance',
        role,
      },
      annotations: saysSo(what),
      ownerReferences: ownedBy(cluster),
    },
    spec: {
      containers: [
        {
          name: 'postgres',
          image: cluster.spec.imageName ?? 'ghcr.io/cloudnative-pg/postgresql:18',
          env: [
            { name: 'POSTGRES_USER', value: owner },
            { name: 'POSTGRES_DB', value: database },
            { name: 'POSTGRES_PASSWORD', valueFrom: { secretKeyRef: { name: secretName, key: 'password' } } },
            { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
            // On a cluster somebody in the pod is the superuser, by peer authentication.
            { name: 'POSTGRES_SUPERUSER', value: 'postgres' },
          ],
          ports: [{ name: 'postgresql', containerPort: 5432 }],
          readinessProbe: { exec: { command: ['pg_isready', '-U', owner, '-d', database] }, periodSeconds: 5 },
          volumeMounts: [{ name: 'pgdata', mountPath: '/var/lib/postgresql/data' }],
          ...(cluster.spec.resources ? { resources: cluster.spec.resources } : {}),
        },
      ],
      volumes: [{ name: 'pgdata', persistentVolumeClaim: { claimName: instance } }],
    },
  };
}
