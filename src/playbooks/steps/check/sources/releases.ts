import { z } from 'zod';
import type { Connection } from '../../../../cluster/connection.ts';
import { hasStatus } from '../../../../cluster/kubernetes-error.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  releases: z
    .enum(['namespace', 'all'])
    .describe(
      'Helm’s releases, each in its latest revision: a list of {name, namespace, status, revision, ageSeconds}',
    ),
});

interface Release {
  name: string;
  namespace: string;
  /** `deployed`, `failed`, `pending-upgrade`, … */
  status: string;
  revision: number;
  ageSeconds: number;
}

/** Helm's releases, by the labels of the Secrets that it keeps them in; their contents are not read. */
export const releasesSource: SourceKind<z.infer<typeof schema>> = {
  key: 'releases',
  schema,
  access: ({ releases }) => [
    { verbs: ['list'], apiVersion: 'v1', kind: 'Secret', ...(releases === 'all' ? { namespace: '' } : {}) },
  ],
  async read({ releases }, { connection, signal }) {
    const own = `/api/v1/namespaces/${connection.info.namespace}/secrets`;
    if (releases === 'namespace') return readReleases(connection, own, signal);
    try {
      return await readReleases(connection, '/api/v1/secrets', signal);
    } catch (error) {
      // Who may not look everywhere still sees what lies in the way here.
      if (hasStatus(error, 403)) return readReleases(connection, own, signal);
      throw error;
    }
  },
  commands: ({ releases }, own) => [`helm list --all ${releases === 'all' ? '-A' : `-n ${own}`}`],
};

interface MetadataList {
  items?: { metadata: { namespace?: string; creationTimestamp?: string; labels?: Record<string, string> } }[];
}

async function readReleases(connection: Connection, path: string, signal: AbortSignal): Promise<Release[]> {
  const { body } = await connection.request<MetadataList>({
    path,
    query: { labelSelector: 'owner=helm' },
    // Not the Secrets themselves: they are large, and hold whatever values a chart was given.
    accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    signal,
  });
  const latest = new Map<string, Release>();
  for (const { metadata } of body.items ?? []) {
    const { labels = {}, namespace = '', creationTimestamp = '' } = metadata;
    const revision = Number(labels.version ?? 0);
    const { name = '', status = '' } = labels;
    const known = latest.get(`${namespace}/${name}`);
    if (name === '' || (known && known.revision >= revision)) continue;
    const ageSeconds = Math.max(0, Math.round((Date.now() - Date.parse(creationTimestamp)) / 1000)) || 0;
    latest.set(`${namespace}/${name}`, { name, namespace, status, revision, ageSeconds });
  }
  return [...latest.values()];
}
