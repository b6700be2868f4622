import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import { builtInResources, type Resource } from '../../../src/sandbox/api/resources.ts';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const fixtures = join(packageRoot(), 'test/cluster/fixtures');
interface Sent {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string };
}
const sent = parseAllDocuments(readFileSync(join(fixtures, 'defaults.yaml'), 'utf8')).map((one) => one.toJS() as Sent);

let namespace = '';
beforeAll(async () => {
  namespace = await cluster.namespace();
});

function resourceOf({ apiVersion, kind }: Sent): Resource {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const found = builtInResources.find((one) => one.group === group && one.version === version && one.kind === kind);
  if (!found) throw new Error(`nothing serves ${apiVersion} ${kind}`);
  return found;
}

function pathOf({ group, version, plural, namespaced }: Resource): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${base}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}?dryRun=All`;
}

/** What the sandbox means to leave out: `node-taint`, `certificate-requests`, `attributes-class-protection`. */
const leftOut = ['username', 'groups'];
const isLeftOut = (value: unknown) =>
  value === 'kubernetes.io/vac-protection' ||
  (typeof value === 'object' && value !== null && 'key' in value && value.key === 'node.kubernetes.io/not-ready');

/** What differs from one try to the next is told by what it is. */
function shaped(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const kept = value.filter((one) => !isLeftOut(one));
    return kept.length === 0 && value.length > 0 ? undefined : kept.map((one) => shaped(one, key));
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(
          ([name]) => !['managedFields', 'creationTimestamp', 'uid', 'resourceVersion', ...leftOut].includes(name),
        )
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, below]) => [name, shaped(below, name)]),
    );
  if (typeof value === 'number') return /^(nodePort|healthCheckNodePort)$/.test(key) ? 'a port' : value;
  if (typeof value !== 'string') return value;
  return value
    .replaceAll(namespace, 'NAMESPACE')
    .replace(/^[0-9a-f]{8}-[0-9a-f-]{27}$/, 'a uid')
    .replace(/^10\.96\.(?!200\.200$)\d+\.\d+$/, 'an address')
    .replace(/^kube-api-access-.{5}$/, 'kube-api-access-HASH')
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'a time');
}

// The record is what Kubernetes 1.36 answers.
describe.skipIf(!cluster.ours)('what a server adds to an object that is created', () => {
  it('is asked for every kind that can be created', () => {
    const kinds = new Set(sent.map(resourceOf));
    const missing = builtInResources.filter(
      (one) => !one.createOnly && one.kind !== 'ComponentStatus' && !kinds.has(one),
    );
    expect(missing.map(({ kind }) => kind)).toEqual([]);
  });

  const names = new Map<string, number>();
  for (const object of sent) {
    const count = (names.get(`${object.apiVersion}/${object.kind}`) ?? 0) + 1;
    names.set(`${object.apiVersion}/${object.kind}`, count);
    const name = `${object.apiVersion.replace('/', '-')}-${object.kind}${count === 1 ? '' : `-${count}`}`;
    it(`is as recorded of ${name}`, async () => {
      const metadata = { name: 'defaulted', ...object.metadata };
      const text = JSON.stringify({ ...object, metadata }).replaceAll('NAMESPACE', namespace);
      const { body } = await cluster.post(pathOf(resourceOf(object)), text);
      await expect(stringify(shaped(body))).toMatchFileSnapshot(join(fixtures, 'defaults', `${name}.yaml`));
    });
  }
});
