// Takes from Kubernetes' own source how its kinds look in protobuf and in JSON, and writes it, compressed, to
// src/sandbox/data/protobuf.json.br:
//
//   npm run control-plane -- plane.json                                  (downloads the Go modules)
//   node scripts/kubernetes-protobuf.mjs "$(go env GOMODCACHE)/k8s.io"   (Apache-2.0)
//
// `generated.proto` says the numbers and types of the fields; the tags in `types.go` say what JSON calls them, which are
// inlined and which are left out when empty. Only what the kinds of stable versions reach is kept.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import protobuf from 'protobufjs';

const version = 'v0.36.2';
const folder = process.argv[2];
if (!folder) throw new Error("name the folder k8s.io of Go's module cache");

const packages = [
  ...stableVersions(`api@${version}`),
  `apiextensions-apiserver@${version}/pkg/apis/apiextensions/v1`,
  `kube-aggregator@${version}/pkg/apis/apiregistration/v1`,
  `apimachinery@${version}/pkg/apis/meta/v1`,
  `apimachinery@${version}/pkg/runtime`,
  `apimachinery@${version}/pkg/util/intstr`,
  `apimachinery@${version}/pkg/api/resource`,
];
/** Their JSON is made by hand, in Go as in `src/sandbox/api/protobuf/special-types.ts`. */
const special = ['Quantity', 'Time', 'MicroTime', 'IntOrString', 'RawExtension', 'JSON', 'FieldsV1', 'Unknown'].concat(
  ['Bool', 'Array', 'StringArray'].map((kind) => `JSONSchemaPropsOr${kind}`),
);

const root = new protobuf.Root();
const structs = new Map();
const groupVersions = {};
for (const path of packages) readPackage(path);
root.resolveAll();

const messages = {};
for (const [name, struct] of structs) if (struct.kind && root.lookup(name)) keep(name);
keep('k8s.io.apimachinery.pkg.runtime.Unknown');
const content = JSON.stringify({ packages: groupVersions, messages });
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
const compressed = brotliCompressSync(Buffer.from(content), { params });
writeFileSync(fileURLToPath(new URL('../src/sandbox/data/protobuf.json.br', import.meta.url)), compressed);
console.log(`protobuf.json.br: ${compressed.length} bytes of ${content.length}`);

/** `core/v1`, `autoscaling/v2`, … */
function stableVersions(module) {
  const folders = (path) => readdirSync(join(folder, path), { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders(module).flatMap(({ name }) =>
    folders(`${module}/${name}`)
      .filter((one) => /^v\d+$/.test(one.name) && hasProto(`${module}/${name}/${one.name}`))
      .map((one) => `${module}/${name}/${one.name}`),
  );
}

function hasProto(path) {
  return readdirSync(join(folder, path)).includes('generated.proto');
}

function readPackage(path) {
  const read = (file) => readFileSync(join(folder, path, file), 'utf8');
  // Every package is parsed here, so that imports need no looking up.
  const { package: name } = protobuf.parse(read('generated.proto').replaceAll(/^import .*$/gm, ''), root, {
    keepCase: true,
  });
  const files = readdirSync(join(folder, path));
  const sources = files.filter((file) => file.endsWith('.go') && !/^(zz_|generated)|_test\.go$/.test(file)).map(read);
  for (const source of sources) {
    const group = /^const GroupName = "(.*)"/m.exec(source);
    if (group) groupVersions[`${group[1]}/${path.split('/').at(-1)}`.replace(/^\//, '')] = shortName(name);
    for (const [, struct, body] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm))
      structs.set(`${name}.${struct}`, {
        kind: /^\s*(metav1\.)?TypeMeta\s+`json:",inline"/m.test(body),
        tags: tagsOf(body),
      });
  }
}

/** By field number: its name in JSON and `o` for omitempty, `z` for omitzero, `i` for inline, `p` for a pointer. */
function tagsOf(body) {
  const tags = new Map();
  for (const [, before, tag] of body.matchAll(/^\t([^/\n][^\n]*?)\s*`([^`\n]*)`/gm)) {
    const number = /protobuf:"\w+,(\d+),/.exec(tag)?.[1];
    if (!number) continue;
    const [name = '', ...options] = (/json:"([^"]*)"/.exec(tag)?.[1] ?? '').split(',');
    const goType = before.trim().split(/\s+/).at(-1) ?? '';
    const flag = (letter, on) => (on ? letter : '');
    const flags = [
      flag('o', options.includes('omitempty')),
      flag('z', options.includes('omitzero')),
      flag('i', options.includes('inline')),
      flag('p', goType.startsWith('*')),
    ];
    tags.set(Number(number), { name, flags: flags.join('') });
  }
  return tags;
}

function shortName(name) {
  return name.replace(/^\.?k8s\.io\./, '');
}

/** `[number, name in JSON, type, flags]` of each field; `r` is a list, `m` a map from strings. */
function keep(name) {
  if (messages[shortName(name)]) return;
  const fields = [];
  messages[shortName(name)] = fields;
  for (const field of root.lookupType(name).fieldsArray) {
    const { name: jsonName, flags } = describe(name, field);
    const type = field.resolvedType ? field.resolvedType.fullName.slice(1) : typeOf(name, field);
    const shape = field.map ? 'm' : field.repeated ? 'r' : '';
    fields.push([field.id, jsonName, shortName(type), `${flags}${shape}`]);
    if (field.resolvedType) keep(type);
  }
}

function isSpecial(name) {
  return special.includes(name.split('.').at(-1));
}

/** A message that is no struct of Go stands for a list. */
function describe(message, field) {
  const struct = structs.get(message);
  if (isSpecial(message)) return { name: field.name, flags: 'op' };
  if (!struct) return { name: '', flags: '' };
  const tag = struct.tags.get(field.id);
  if (!tag) throw new Error(`${message} has no tag for ${field.name}`);
  return tag;
}

/** The bytes of these types are JSON, but for an object whose kind is still unknown. */
function typeOf(message, { type }) {
  if (type !== 'bytes' || !isSpecial(message)) return type;
  return message.endsWith('.Unknown') ? 'raw' : 'json';
}
