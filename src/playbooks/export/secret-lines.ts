import { shellWord } from '../steps/explain.ts';
import type { KeySource } from '../steps/secret/sources.ts';
import { variableOf } from './shell-names.ts';
import type { ShellTokens } from './shell-tokens.ts';

export interface SecretExport {
  name: string;
  type?: string | undefined;
  keys: Record<string, KeySource>;
  /** Id of the step. */
  step: string;
  namespace: string;
  system: string;
  /** Inputs of the script by name: `INPUT_JWT_SECRET`. */
  tokens: ShellTokens;
}

/**
 * A Secret that goes to the API through the standard input: no value is an argument, and none is in a file. Keys that are there
 * are kept. Undefined when a source of a value is none that a shell can have.
 */
export function secretLines({ name, type, keys, step, namespace, system, tokens }: SecretExport): string[] | undefined {
  const values: string[] = [];
  const data: string[] = [];
  for (const [key, source] of Object.entries(keys)) {
    const variable = `key_${key.replace(/\W/g, '_')}`;
    const made = valueLine(source, tokens);
    if (made === undefined) return undefined;
    values.push(
      tokens.inLine(`${variable}="$(kept_key ${shellWord(name)} ${shellWord(key)} ${shellWord(namespace)})"`),
      `if [ -z "$${variable}" ]; then ${variable}="$(${made})"; fi`,
    );
    data.push(`  ${key}: $${variable}`);
  }
  return [
    ...values,
    // A manager of its own: another step may give the same Secret other keys, which this one must not take away.
    `kubectl apply --server-side --field-manager=tars-console-${step} -f - <<EOF`,
    ...['apiVersion: v1', 'kind: Secret', `type: ${type ?? 'Opaque'}`, 'metadata:'],
    ...[`  name: ${tokens.inDocument(name)}`, `  namespace: ${namespace}`, '  labels:'],
    ...['    app.kubernetes.io/managed-by: tars-console', `    app.kubernetes.io/part-of: ${system}`],
    'data:',
    ...data,
    'EOF',
  ];
}

/** What prints a value in base64. */
function valueLine(source: KeySource, tokens: ShellTokens): string | undefined {
  const encode = (word: string) => `printf %s ${word} | base64_line`;
  if (typeof source === 'string') return encode(`"$${variableOf(source)}"`);
  if ('value' in source) return encode(tokens.inLine(shellWord(source.value)));
  if ('env' in source) return encode(`"$${source.env}"`);
  if ('input' in source && source.generate === undefined) return encode(`"$${variableOf(source.input)}"`);
  return undefined;
}
