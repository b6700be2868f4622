import { StatusError } from '../errors.ts';
import { fieldPaths } from '../managed/field-sets.ts';
import type { Fields } from '../managed/fields.ts';
import type { ManagedEntry } from '../managed/managers.ts';

/** What somebody else owns of that which an apply would change. */
export interface Conflict {
  entry: ManagedEntry;
  shared: Fields;
}

/** 409 that names every manager and field (`apimachinery/pkg/util/managedfields/internal/conflict.go`). */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const found = conflicts
    .map(({ entry, shared }) => ({ name: nameOf(entry), paths: fieldPaths(shared) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const causes = found.flatMap(({ name, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })),
  );
  const [only] = causes;
  if (only && causes.length === 1)
    return new StatusError(409, 'Conflict', `Apply failed with 1 conflict: ${only.message}: ${only.field}`, { causes });
  const lines = found.flatMap(({ name, paths }) => [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)]);
  return new StatusError(409, 'Conflict', `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, {
    causes,
  });
}

function nameOf({ manager, subresource, operation, apiVersion }: ManagedEntry): string {
  const name = `${JSON.stringify(manager)}${subresource ? ` with subresource "${subresource}"` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
