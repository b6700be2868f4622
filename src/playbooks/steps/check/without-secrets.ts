import { maskText } from '../../../base/masking.ts';

/**
 * What a check may know of what the server answered: of Secrets the keys, and never a value. Of everything else nothing is
 * changed. Findings are written down and shown, and whoever writes a playbook need not be who may read the Secret.
 */
export function withoutSecrets<T>(answer: T): T {
  if (!isMap(answer)) return answer;
  if (answer.kind === 'Secret') return emptied(answer) as T;
  const { items } = answer;
  if (!Array.isArray(items)) return answer;
  // Items of a list of one kind need not say it.
  const all = answer.kind === 'SecretList';
  return { ...answer, items: items.map((item) => (all && isMap(item) ? emptied(item) : withoutSecrets(item))) };
}

function emptied(secret: Record<string, unknown>): Record<string, unknown> {
  const { data, stringData, metadata } = secret;
  return {
    ...secret,
    ...(isMap(metadata) ? { metadata: { ...metadata, annotations: annotationsOf(metadata) } } : {}),
    ...(isMap(data) ? { data: hidden(data) } : {}),
    ...(isMap(stringData) ? { stringData: hidden(stringData) } : {}),
  };
}

/** kubectl keeps a whole manifest in one of them. */
function annotationsOf({ annotations }: Record<string, unknown>): Record<string, unknown> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...rest } = isMap(annotations) ? annotations : {};
  return rest;
}

/** One that is empty can still be told from one that is not. */
function hidden(data: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value === '' ? '' : maskText]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
