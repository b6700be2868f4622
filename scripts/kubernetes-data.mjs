// Reads from a real API server what the sandbox's is driven by, and writes it, compressed, to src/sandbox/data/:
//
//   npm run control-plane -- plane.json     (in another terminal: a fresh cluster)
//   npm run kubernetes-data -- plane.json   (a JSON file with `server`, `ca` and `token`)
//
// What CustomResourceDefinitions and aggregated API servers add to the cluster is left out.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { Agent, request } from 'undici';
import { readTypes } from './kubernetes-types.mjs';

const folder = fileURLToPath(new URL('../src/sandbox/data/', import.meta.url));
const file = process.argv[2];
if (!file) throw new Error('name the JSON file that says how the API server is reached');
const { server, ca, token } = JSON.parse(readFileSync(file, 'utf8'));
const dispatcher = new Agent({ connect: { ca } });

async function read(path, accept = 'application/json') {
  const headers = { accept, authorization: `Bearer ${token}` };
  const { statusCode, body } = await request(`${server}${path}`, { dispatcher, headers });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${text}`);
  return text;
}

const readJson = async (path, accept) => JSON.parse(await read(path, accept));

function write(name, content) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const compressed = brotliCompressSync(Buffer.from(content), { params });
  writeFileSync(`${folder}${name}.br`, compressed);
  console.log(`${name}.br: ${compressed.length} bytes of ${content.length}`);
}

const services = (await readJson('/apis/apiregistration.k8s.io/v1/apiservices')).items;
// The API server's own groups are registered when it starts, those of definitions later.
const own = services.filter(
  ({ metadata }) => metadata.labels?.['kube-aggregator.kubernetes.io/automanaged'] === 'onstart',
);
const ownGroups = new Set(['apiregistration.k8s.io', ...own.map(({ spec }) => spec.group)]);

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const core = (await readJson('/api', accept)).items;
const groups = (await readJson('/apis', accept)).items.filter(({ metadata }) => ownGroups.has(metadata.name));

const documents = await writeDocuments();
await writeSchemas();
await writeDiscovery();
await writeAccess();
await dispatcher.close();

/** The message with which the server refuses an object to be created, which it is not. */
async function refused(path, object) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const url = `${server}${path}?dryRun=All&fieldValidation=Ignore`;
  const answer = await request(url, { method: 'POST', dispatcher, headers, body: JSON.stringify(object) });
  return (await answer.body.json()).message ?? '';
}

/** The OpenAPI v3 documents, one after the other; where each lies is in the schema file. */
async function writeDocuments() {
  const { paths } = await readJson('/openapi/v3');
  const found = [];
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    const [root, group] = path.split('/');
    if (root === 'apis' && group && !ownGroups.has(group)) continue;
    const hash = new URL(serverRelativeURL, server).searchParams.get('hash');
    found.push({ path, hash, text: await read(serverRelativeURL) });
  }
  write('openapi.json', found.map(({ text }) => text).join(''));
  return found;
}

/** Every definition of all documents once, without its descriptions. */
async function writeSchemas() {
  const all = {};
  const kinds = {};
  for (const { text } of documents)
    for (const [name, schema] of Object.entries(JSON.parse(text).components?.schemas ?? {})) {
      const { 'x-kubernetes-group-version-kind': shown, ...bare } = withoutDescriptions(schema);
      all[name] = bare;
      // DeleteOptions and the like belong to every group.
      for (const { group, version, kind } of shown?.length === 1 ? shown : [])
        kinds[`${group}/${version}/${kind}`] = name;
    }
  const index = documents.map(({ path, hash, text }) => ({ path, hash, bytes: Buffer.byteLength(text) }));
  const go = await readTypes({ all, kinds, core, groups, refused });
  write('schemas.json', JSON.stringify({ documents: index, kinds, definitions: sorted(all), ...go }));
}

function withoutDescriptions(schema) {
  const { description: _, ...kept } = schema;
  if (kept.properties) kept.properties = mapped(kept.properties, withoutDescriptions);
  for (const key of ['items', 'additionalProperties'])
    if (typeof kept[key] === 'object') kept[key] = withoutDescriptions(kept[key]);
  return kept;
}

/** `/apis` and `/api` as they are, with the hashes of storage versions that only the legacy lists hold. */
async function writeDiscovery() {
  const priorities = {};
  for (const { spec } of own)
    priorities[`${spec.group ?? ''}/${spec.version}`] = [spec.groupPriorityMinimum, spec.versionPriority];
  const storageVersions = {};
  for (const { metadata, versions } of [...core, ...groups])
    for (const { version } of versions) {
      const path = metadata.name ? `/apis/${metadata.name}/${version}` : `/api/${version}`;
      for (const { name, storageVersionHash } of (await readJson(path)).resources)
        if (storageVersionHash) storageVersions[`${metadata.name ?? ''}/${version}/${name}`] = storageVersionHash;
    }
  const version = await readJson('/version');
  write('discovery.json', JSON.stringify({ version, core, groups, priorities, storageVersions }));
}

/** The roles and bindings that an API server makes when it starts, in the order of their creation. */
async function writeAccess() {
  const objects = [];
  for (const resource of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings']) {
    const path = `/apis/rbac.authorization.k8s.io/v1/${resource}?labelSelector=kubernetes.io/bootstrapping=rbac-defaults`;
    const list = await readJson(path);
    for (const { metadata, ...rest } of list.items) {
      const { name, namespace, labels, annotations } = metadata;
      const about = { name, namespace, labels, annotations };
      objects.push({ apiVersion: list.apiVersion, kind: list.kind.slice(0, -'List'.length), metadata: about, ...rest });
    }
  }
  write('access.json', JSON.stringify(objects));
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)));
}
