// What OpenAPI does not say of Kubernetes' Go types, but messages do: the names of types that are not their definition's, and
// the structs that are embedded. Found by sending every field of every kind once with a value of the wrong type.

const prefix = '#/components/schemas/';

/** `{ types: { 'DEFINITION.FIELD': 'v1.RestartPolicy' }, embedded: { 'DEFINITION.FIELD': 'ProbeHandler' } }` */
export async function readTypes({ all, kinds, core, groups, refused }) {
  const types = {};
  const embedded = {};
  const probes = [];
  const seen = new Set();
  for (const { path, apiVersion, kind, definition } of creatable({ kinds, core, groups }))
    collect(definition, [], (name, field, trail, schema) => {
      probes.push({
        path,
        body: { apiVersion, kind, ...wrapped(trail, wrongFor(schema)) },
        name,
        field,
        trail,
        schema,
      });
    });
  let next = 0;
  const worker = async () => {
    while (next < probes.length) learn(probes[next], await refused(probes[next].path, probes[next++].body));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  console.log(
    `${probes.length} fields asked for, ${Object.keys(types).length} types, ${Object.keys(embedded).length} embedded`,
  );
  return { types: ordered(types), embedded: ordered(embedded) };

  function collect(name, trail, found) {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [field, schema] of Object.entries(all[name]?.properties ?? {})) {
      if (trail.length === 0 && (field === 'apiVersion' || field === 'kind')) continue;
      const here = [...trail, { name, field, list: 0, map: 0 }];
      found(name, field, here, schema);
      const { target, list, map } = below(schema);
      if (target) collect(target, [...trail, { name, field, list, map }], found);
    }
  }

  function wrongFor(schema) {
    const target = referred(schema);
    const type = schema.type ?? all[target]?.type;
    return type === 'string' ? 5 : 'x';
  }

  function learn({ name, field, trail, schema }, message) {
    const match = /Go struct field \S+?\.(\S+) of type (.+)$/.exec(message);
    if (!match) return;
    const [, path, type] = match;
    if (type !== goType(schema)) types[`${name}.${field}`] = type;
    const between = path.split('.');
    for (const [at, { name: owner, field: wanted }] of trail.entries()) {
      const skipped = between.indexOf(wanted);
      if (skipped > 0) embedded[`${owner}.${wanted}`] = between.slice(0, skipped).join('.');
      between.splice(0, skipped + 1);
      if (skipped < 0) throw new Error(`${path} does not hold ${wanted} (${at})`);
    }
  }

  function goType(schema) {
    const target = referred(schema);
    if (target) return target.split('.').slice(-2).join('.');
    if (schema.type === 'array') return `[]${goType(schema.items ?? {})}`;
    if (schema.type === 'object') return `map[string]${goType(schema.additionalProperties ?? {})}`;
    return { integer: schema.format, boolean: 'bool', number: 'float64' }[schema.type] ?? schema.type;
  }
}

function creatable({ kinds, core, groups }) {
  return [...core, ...groups].flatMap(({ metadata: { name = '' }, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources
        .filter(({ verbs }) => verbs.includes('create'))
        .map(({ resource, scope, responseKind: { kind } }) => {
          const root = name ? `/apis/${name}/${version}` : `/api/${version}`;
          const path = `${root}${scope === 'Namespaced' ? '/namespaces/default' : ''}/${resource}`;
          const apiVersion = name ? `${name}/${version}` : version;
          return { path, apiVersion, kind, definition: kinds[`${name}/${version}/${kind}`] };
        }),
    ),
  );
}

function referred(schema) {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return reference?.slice(prefix.length);
}

/** The struct behind lists and maps of it. */
function below(schema) {
  let list = 0;
  let map = 0;
  let found = schema;
  for (; found.items ?? found.additionalProperties; found = found.items ?? found.additionalProperties)
    if (found.items) list += 1;
    else map += 1;
  return { target: referred(found), list, map };
}

function wrapped([first, ...rest], value) {
  const inside = rest.length === 0 ? value : wrapped(rest, value);
  let held = inside;
  for (let depth = 0; depth < first.list; depth += 1) held = [held];
  for (let depth = 0; depth < first.map; depth += 1) held = { x: held };
  return { [first.field]: held };
}

function ordered(object) {
  return Object.fromEntries(Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)));
}
