import type { DiffSegment } from '../../kubernetes/field-diff.ts';

/** Names of settings that hold secrets by custom. */
const secretName =
  /pass(word|wd|phrase)?(_|-|$)|passw|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|(^|[-_])(jwt|dsn|auth)([-_]|$)/i;

/** Fields of custom resources that hold a secret as it is, not a reference to one. */
const secretKey = /^(password|passwd|passphrase|token|secret|apiKey|accessKey|secretKey|clientSecret|privateKey)$/i;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Whether a field's value is not to be shown: data of a Secret, a container's variable or a setting of a ConfigMap whose
 * name says that it is secret, and the annotation in which kubectl keeps a whole manifest.
 */
export function isSecretField(kind: string, path: readonly DiffSegment[]): boolean {
  const [first, second] = path;
  const last = path.at(-1);
  if (!first || !('key' in first)) return false;
  if (path.some((segment) => 'key' in segment && segment.key === lastApplied)) return true;
  if (kind === 'Secret' && (first.key === 'data' || first.key === 'stringData')) return true;
  if (kind === 'ConfigMap' && (first.key === 'data' || first.key === 'binaryData'))
    return second !== undefined && 'key' in second && secretName.test(second.key);
  if (last === undefined || !('key' in last)) return false;
  const item = path.at(-2);
  const list = path.at(-3);
  if (last.key === 'value' && item && 'field' in item && list && 'key' in list && list.key === 'env')
    return secretName.test(item.equals);
  return kind !== 'Secret' && secretKey.test(last.key);
}

/** Whether a whole object holds values that must not be written down. */
export function holdsSecrets(kind: string, value: unknown): boolean {
  const visit = (part: unknown, path: DiffSegment[]): boolean => {
    if (part === null || typeof part !== 'object')
      return (
        (path.length > 0 && isSecretField(kind, path)) ||
        (typeof part === 'string' && withoutCredentials(part) !== part)
      );
    if (!Array.isArray(part)) return Object.entries(part).some(([key, item]) => visit(item, [...path, { key }]));
    return part.some((item, index) => {
      const name = (item as { name?: unknown } | null)?.name;
      return visit(item, [...path, typeof name === 'string' ? { field: 'name', equals: name } : { index }]);
    });
  };
  return visit(value, []);
}

/** A text without the passwords that stand in its addresses and options: `postgres://user:(hidden)@host`. */
export function withoutCredentials(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi, '$1(hidden)@')
    .replace(/(--?[\w-]*(?:password|passwd|token|secret|api-?key)[= ])(?!\(hidden\))[^\s"',\]]+/gi, '$1(hidden)');
}
