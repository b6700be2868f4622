import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { Resource } from '../resources.ts';
import { columnsOf } from './kinds.ts';
import { rowConditions } from './pods.ts';

/** A `meta.k8s.io/v1` Table, as `Accept: application/json;as=Table` asks for. */
export function tableOf(
  resource: Resource,
  objects: readonly KubernetesObject[],
  metadata: object,
  rowObject: (object: KubernetesObject) => unknown,
  withColumns = true,
) {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    // Later events of a watch leave them out (`apiserver/pkg/endpoints/handlers/response.go`).
    columnDefinitions: withColumns
      ? columns.map(({ name, type, format = '', description = '', priority }) => ({
          name,
          type,
          format,
          description,
          priority,
        }))
      : null,
    rows: objects.map((object) => {
      const cells = columns.map((column) => column.cell(object));
      const about = rowObject(object);
      const conditions = rowConditions(object);
      // A row always has the field; None leaves it null.
      return { cells, ...(conditions ? { conditions } : {}), object: about ?? null };
    }),
  };
}
