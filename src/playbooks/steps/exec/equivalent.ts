import type { PlanContext } from '../../step-kind.ts';
import { renderKnown, shellWord } from '../explain.ts';
import { kubectlName } from '../object-names.ts';
import type { ExecConfig, ExecInput, ExecOutput } from './options.ts';

/** The kubectl line that an `exec` step stands for. */
export async function execEquivalent({ exec }: ExecConfig, context: PlanContext): Promise<string[]> {
  const { in: target, container, command, stdin, unless, to, namespace } = renderKnown(context, exec);
  const call = (args: readonly unknown[], input: boolean) =>
    `kubectl exec${input ? ' -i' : ''} -n ${namespace || context.namespace} ${kubectlName(target)}${container ? ` -c ${shellWord(container)}` : ''} -- ${args.map((arg) => shellWord(String(arg))).join(' ')}`;
  const fed = withInput(call(command, stdin !== undefined), stdin);
  const line = to ? intoFile(fed, to, to.verify && call(to.verify, true)) : fed;
  return [unless ? `${call(unless, false)} || ${line}` : line];
}

function withInput(line: string, stdin: ExecInput | undefined): string {
  if (!stdin) return line;
  if ('file' in stdin) return `${line} < ${shellWord(stdin.file)}`;
  if ('secret' in stdin) return `printf %s "$${variable(stdin.secret)}" | ${line}`;
  if ('text' in stdin) return `printf %s ${shellWord(stdin.text)} | ${line}`;
  const { path, before, after } = stdin;
  if (!before && !after) return `${line} < ${shellWord(path)}`;
  const said = (text: string | undefined) => (text ? [`printf %s ${shellWord(text)}`] : []);
  // What stands behind it is only said when all of it was read.
  return `{ ${[...said(before), `cat ${shellWord(path)}`, ...said(after)].join(' && ')}; } | ${line}`;
}

/** Written beside its place, looked at, and only then given its name. */
function intoFile(line: string, { file, begins, complete }: ExecOutput, verify: string | undefined): string {
  const partial = shellWord(`${file}.partial`);
  const checks = [
    ...(begins ? [`test "$(head -c ${Buffer.byteLength(begins)} ${partial})" = ${shellWord(begins)}`] : []),
    ...(complete ? [`tail -c 4096 ${partial} | grep -qxF -e ${shellWord(complete)}`] : []),
    ...(verify ? [`${verify} < ${partial}`] : []),
  ];
  const place = `test ! -e ${shellWord(file)} && mv ${partial} ${shellWord(file)}`;
  return [`(umask 077 && ${line} > ${partial})`, ...checks, place].join(' && ');
}

function variable(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9_]/g, '_')
    .toUpperCase();
}
