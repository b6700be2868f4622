// Reads from a real API server which columns it shows of each kind, and writes them, compressed, to
// src/sandbox/data/tables.json.br:
//
//   npm run control-plane -- plane.json        (in another terminal: a fresh cluster)
//   node scripts/kubernetes-tables.mjs plane.json
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { Agent, request } from 'undici';

const file = process.argv[2];
if (!file) throw new Error('name the JSON file that says how the API server is reached');
const { server, ca, token } = JSON.parse(readFileSync(file, 'utf8'));
const dispatcher = new Agent({ connect: { ca } });

async function read(path, accept) {
  const headers = { accept, authorization: `Bearer ${token}` };
  const { statusCode, body } = await request(`${server}${path}`, { dispatcher, headers });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${text}`);
  return JSON.parse(text);
}

const foreign = await groupsOfOthers();
const paths = [];
for (const root of ['/api', '/apis']) {
  const { items } = await read(root, 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  for (const { metadata, versions } of items.filter((one) => !foreign.has(one.metadata.name)))
    for (const { version, resources } of versions)
      for (const { resource, verbs } of resources)
        if (verbs.includes('list'))
          paths.push(`${root}/${metadata.name ? `${metadata.name}/` : ''}${version}/${resource}`);
}
const tables = {};
for (const path of paths) {
  const { columnDefinitions } = await read(`${path}?limit=1`, 'application/json;as=Table;v=v1;g=meta.k8s.io').catch(
    () => ({}),
  );
  // What custom resources and aggregated APIs show is theirs.
  if (columnDefinitions) tables[path.replace(/^\/apis?\//, '')] = columnDefinitions;
}
const content = JSON.stringify(tables);
const compressed = brotliCompressSync(Buffer.from(content));
writeFileSync(fileURLToPath(new URL('../src/sandbox/data/tables.json.br', import.meta.url)), compressed);
console.log(`tables.json.br: ${compressed.length} bytes of ${content.length}, ${Object.keys(tables).length} kinds`);
await dispatcher.close();

/** What CustomResourceDefinitions and aggregated API servers add. */
async function groupsOfOthers() {
  const definitions = await read('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'application/json');
  const services = await read('/apis/apiregistration.k8s.io/v1/apiservices', 'application/json');
  return new Set([
    ...definitions.items.map(({ spec }) => spec.group),
    ...services.items.filter(({ spec }) => spec.service).map(({ spec }) => spec.group),
  ]);
}
