import type { FieldFault } from '../errors.ts';
import { unknownValue } from './faults.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const keyName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

/** `RegexError` of `apimachinery/pkg/api/validate/content/errors.go`, its two spaces included. */
function shapeFault(what: string, pattern: string, ...examples: string[]): string {
  return `${what} (e.g. ${examples.map((one) => `'${one}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

const compiled = new Map<string, RegExp>();

function fits(value: string, pattern: string): boolean {
  let form = compiled.get(pattern);
  if (!form) {
    form = new RegExp(`^${pattern}$`);
    compiled.set(pattern, form);
  }
  return form.test(value);
}

export type NameRule = (value: string) => string[];

/** `content.IsDNS1123Label` */
export const labelNameFaults: NameRule = (value) => {
  const long = value.length > 63 ? ['must be no more than 63 bytes'] : [];
  if (fits(value, label)) return long;
  if (fits(value, subdomain)) return [...long, 'must not contain dots'];
  const what =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...long, shapeFault(what, label, 'my-name', '123-abc')];
};

/** `content.IsDNS1123Subdomain` */
export const subdomainFaults: NameRule = (value) => {
  const long = value.length > 253 ? ['must be no more than 253 bytes'] : [];
  if (fits(value, subdomain)) return long;
  const what =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...long, shapeFault(what, subdomain, 'example.com')];
};

/** `apimachinery/pkg/api/validation/path IsValidPathSegmentName` */
export const segmentFaults: NameRule = (value) => {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((one) => value.includes(one)).map((one) => `may not contain '${one}'`);
};

/** `IsValidPortName` of `apimachinery/pkg/util/validation/validation.go` */
export const portNameFaults: NameRule = (value) => {
  const faults = value.length > 15 ? ['must be no more than 15 characters'] : [];
  if (!/^[-a-z0-9]+$/.test(value))
    faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) faults.push('must contain at least one letter (a-z)');
  if (value.includes('--')) faults.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(value)) faults.push('must not begin or end with a hyphen');
  return faults;
};

/** `IsConfigMapKey` */
export const configKeyFaults: NameRule = (value) => {
  const long = value.length > 253 ? ['must be no more than 253 characters'] : [];
  const what = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const pattern = '[-._a-zA-Z0-9]+';
  if (!fits(value, pattern)) return [...long, shapeFault(what, pattern, 'key.name', 'KEY_NAME', 'key-name')];
  if (value === '.') return [...long, "must not be '.'"];
  if (value === '..') return [...long, "must not be '..'"];
  return value.startsWith('..') ? [...long, "must not start with '..'"] : long;
};

/** `IsRelaxedEnvVarName` */
export const variableNameFaults: NameRule = (value) =>
  /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** `IsHTTPHeaderName` */
export const headerNameFaults: NameRule = (value) => {
  const what = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return fits(value, '[-A-Za-z0-9]+') ? [] : [shapeFault(what, '[-A-Za-z0-9]+', 'X-Header-Name')];
};

/** `IsDNS1123SubdomainWithUnderscore` */
export const searchDomainFaults: NameRule = (value) => {
  const part = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
  const what =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  const pattern = `${part}(\\.${part})*`;
  return fits(value, pattern) ? [] : [shapeFault(what, pattern, 'example.com')];
};

/** `IsWildcardDNS1123Subdomain` */
export const wildcardFaults: NameRule = (value) => {
  const what =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  const pattern = `\\*\\.${subdomain}`;
  return fits(value, pattern) ? [] : [shapeFault(what, pattern, '*.example.com')];
};

/** `IsDomainPrefixedPath` */
export const domainPathFaults: NameRule = (value) => {
  const [domain = '', path = ''] = value.split(/\/(.*)/s);
  if (domain === '' || path === '') return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  return subdomainFaults(domain);
};

/** Kinds whose names are no subdomains (`ValidateObjectMeta` in `pkg/apis/<group>/validation`). */
const rules: Record<string, NameRule> = {
  Namespace: labelNameFaults,
  Service: labelNameFaults,
  Role: segmentFaults,
  RoleBinding: segmentFaults,
  ClusterRole: segmentFaults,
  ClusterRoleBinding: segmentFaults,
  StatefulSet: labelNameFaults,
  CronJob: (value) => [...subdomainFaults(value), ...(value.length > 52 ? ['must be no more than 52 characters'] : [])],
  // The name of an Event is whatever its maker took.
  Event: segmentFaults,
};

/** What is wrong with a name, in the words of a real server. */
export function nameFaults(kind: string, name: string, field = 'metadata.name'): FieldFault[] {
  const rule = rules[kind] ?? subdomainFaults;
  return rule(name).map((why) => unknownValue(field, name, why));
}

/** Everything wrong with a label's key (`content.IsLabelKey`). */
export function labelKeyFaults(key: string): string[] {
  const parts = key.split('/');
  const what =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const shape = shapeFault(what, keyName, 'MyName', 'my.name', '123-abc');
  if (parts.length > 2)
    return [`a valid label key ${shape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1) ?? '';
  const [prefix] = parts.length === 2 ? parts : [undefined];
  const faults = prefix === undefined ? [] : prefixFaults(prefix);
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 bytes');
  if (!fits(name, keyName)) faults.push(`name part ${shape}`);
  return faults;
}

function prefixFaults(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomainFaults(prefix).map((fault) => `prefix part ${fault}`);
}

/** Everything wrong with a label's value (`content.IsLabelValue`). */
export function labelValueFaults(value: string): string[] {
  const long = value.length > 63 ? ['must be no more than 63 bytes'] : [];
  if (fits(value, `(${keyName})?`)) return long;
  const what =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...long, shapeFault(what, `(${keyName})?`, 'MyValue', 'my_value', '12345')];
}

/** Keys and values of labels (`apimachinery/pkg/apis/meta/v1/validation ValidateLabels`). */
export function labelFaults(labels: Record<string, unknown>, field: string): FieldFault[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...labelKeyFaults(key).map((why) => unknownValue(field, key, why)),
    ...labelValueFaults(String(value)).map((why) => unknownValue(field, value, why)),
  ]);
}
