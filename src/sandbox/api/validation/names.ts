import type { FieldFault } from '../errors.ts';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const pathSegment = /^(?!\.{1,2}$)[^/%]+$/;

/** Kinds whose names are DNS labels; the others are subdomains (`pkg/apis/core/validation`, `ValidateObjectMeta`). */
const labelKinds = new Set(['Namespace', 'Service']);
const pathKinds = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

/** The RFC 1123 and 1035 rules, worded like `apimachinery/pkg/util/validation/validation.go`. */
export function nameFaults(kind: string, name: string): FieldFault[] {
  const fault = nameFault(kind, name);
  return fault ? [{ type: 'FieldValueInvalid', field: 'metadata.name', message: `"${name}": ${fault}` }] : [];
}

function nameFault(kind: string, name: string): string | undefined {
  if (pathKinds.has(kind)) return pathSegment.test(name) ? undefined : "may not contain '/' or '%'";
  if (labelKinds.has(kind)) {
    if (name.length > 63) return 'must be no more than 63 bytes';
    if (kind === 'Service' && /^[0-9]/.test(name))
      return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    return label.test(name)
      ? undefined
      : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  }
  if (name.length > 253) return 'must be no more than 253 bytes';
  return subdomain.test(name)
    ? undefined
    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualifiedName =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Keys and values of labels; values have 63 characters at most. */
export function labelFaults(labels: Record<string, unknown>, field: string): FieldFault[] {
  return Object.entries(labels).flatMap(([key, value]): FieldFault[] => {
    const faults: FieldFault[] = [];
    if (!qualifiedName.test(key))
      faults.push({
        type: 'FieldValueInvalid',
        field,
        message: `"${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      });
    if (typeof value !== 'string' || value.length > 63 || !labelValue.test(value))
      faults.push({
        type: 'FieldValueInvalid',
        field,
        message: `${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      });
    return faults;
  });
}
