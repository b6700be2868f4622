/** What tells the items of a list apart, by the list's field: the first of these that all items have, each with its own. */
const keysByField: Record<string, readonly string[]> = {
  ports: ['name', 'containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey'],
  conditions: ['type'],
  volumeClaimTemplates: ['metadata.name'],
};
const usual: readonly string[] = ['name'];

/** The field by which the items of these lists are told apart; undefined where it is their place alone. */
export function mergeKeyOf(field: string, ...lists: readonly (readonly unknown[])[]): string | undefined {
  const candidates = Object.hasOwn(keysByField, field) ? (keysByField[field] ?? usual) : usual;
  return candidates.find((key) => lists.every((list) => tellsApart(list, key)));
}

/** The value of an item's key as text; undefined where it has none. */
export function keyValue(item: unknown, key: string): string | undefined {
  let value = item;
  for (const part of key.split('.')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function tellsApart(list: readonly unknown[], key: string): boolean {
  const values = list.map((item) => keyValue(item, key));
  return !values.includes(undefined) && new Set(values).size === values.length;
}
