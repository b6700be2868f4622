import { fill, isObject, type Json, objectAt } from '../json.ts';

export function defaultClaim(spec: Json): void {
  const { dataSource, dataSourceRef } = spec;
  // Either is the other, where nobody crosses namespaces (`pkg/registry/core/persistentvolumeclaim/strategy.go`).
  if (isObject(dataSource)) fill(spec, 'dataSourceRef', { ...dataSource });
  else if (isObject(dataSourceRef) && dataSourceRef.namespace === undefined) spec.dataSource = { ...dataSourceRef };
}

/** A Secret's `stringData` is write-only (`pkg/apis/core/v1/conversion.go`, `pkg/registry/core/secret`). */
export function defaultSecret(object: Json): void {
  fill(object, 'type', 'Opaque');
  const { stringData } = object;
  if (stringData === undefined) return;
  const encoded = Object.entries(objectAt(object, 'stringData')).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  object.data = { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) };
  delete object.stringData;
}
