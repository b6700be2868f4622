import type { PlanContext } from '../../step-kind.ts';
import { renderKnown, shellWord } from '../explain.ts';
import type { HelmOptions } from './options.ts';

/** The helm lines that stand for a step; sensitive values are variables in them. */
export async function helmEquivalent(written: HelmOptions, context: PlanContext): Promise<string[]> {
  const options = renderKnown(context, written);
  const { release, namespace = context.namespace, repo, version, values, wait } = options;
  const n = ` -n ${shellWord(namespace)}`;
  if (options.uninstall)
    return [`helm uninstall ${shellWord(release)}${n}${options['keep-history'] ? ' --keep-history' : ''}`];
  if (options.rollback !== undefined) {
    const to = options.rollback === 'previous' ? '' : ` ${shellWord(String(options.rollback))}`;
    return [`helm history ${shellWord(release)}${n}`, `helm rollback ${shellWord(release)}${to}${n}`];
  }
  const secrets = Object.entries(options['secret-values'] ?? {});
  const parts = [
    `helm upgrade --install ${shellWord(release)} ${shellWord(options.chart ?? '')}`,
    ...(repo === undefined ? [] : [`--repo ${shellWord(repo)}`]),
    ...(version === undefined ? [] : [`--version ${shellWord(String(version))}`]),
    ...(options['create-namespace'] ? ['--create-namespace'] : []),
    ...(options['values-files'] ?? []).map((name) => `-f ${shellWord(name)}`),
    ...(values === undefined ? [] : ['-f -']),
    // Files that hold the values, so that these stand in nobody's list of processes.
    ...secrets.map(([path, input]) => `--set-file ${shellWord(path)}="$${variable(input)}_FILE"`),
    ...(wait === 'ready' || wait === 'helm' ? ['--wait'] : []),
  ];
  const line = `${parts[0]}${n} ${parts.slice(1).join(' ')}`.trimEnd();
  return [values === undefined ? line : `printf '%s' ${shellWord(JSON.stringify(values))} | ${line}`];
}

function variable(input: string): string {
  return input
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_');
}
