import type { Readable } from 'node:stream';
import { Problem } from '../../../base/errors.ts';
import { toolEnvironment } from '../../../tools/environment.ts';
import { requireTool } from '../../../tools/find-tool.ts';
import { runTool, type ToolResult } from '../../../tools/run-tool.ts';
import { ssh } from '../../../tools/tool.ts';
import type { PlanContext } from '../../step-kind.ts';
import { workspacePath } from '../workspace-path.ts';
import type { SshHost } from './hosts.ts';
import type { SshOptions } from './options.ts';

/** It never asks, gives no port or agent to the other side, and notices a line that is dead. Host keys are as ssh has them. */
const always = {
  BatchMode: 'yes',
  ConnectTimeout: '15',
  ServerAliveInterval: '15',
  ServerAliveCountMax: '4',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  ClearAllForwardings: 'yes',
  PermitLocalCommand: 'no',
};

/** The arguments of ssh for a host, but for the command. */
export function sshArguments(host: SshHost, options: SshOptions, context: Pick<PlanContext, 'workspace'>): string[] {
  const all = { ...always, ...options.options };
  return [
    '-T',
    ...Object.entries(all).flatMap(([name, value]) => ['-o', `${name}=${optionText(value)}`]),
    ...(host.port === undefined ? [] : ['-p', String(host.port)]),
    ...(host.user === undefined ? [] : ['-l', host.user]),
    ...(options.identity === undefined || options.identity === ''
      ? []
      : ['-i', workspacePath(options.identity, context)]),
    '--',
    host.host,
  ];
}

function optionText(value: unknown): string {
  return value === true ? 'yes' : value === false ? 'no' : String(value);
}

export interface SshCall {
  command: string;
  stdin: string | Readable;
  signal: AbortSignal;
  onLine?: (line: string) => void;
}

/** Runs a command on a host. Any exit code of it is a result; throws `Problem` when the host cannot be reached. */
export async function callSsh(
  host: SshHost,
  options: SshOptions,
  call: SshCall,
  context: Pick<PlanContext, 'workspace'>,
): Promise<ToolResult> {
  const { path } = await requireTool(ssh);
  const args = [...sshArguments(host, options, context), call.command];
  const { stdin, signal, onLine } = call;
  const env = toolEnvironment({ inherit: ssh.inherit });
  const result = await runTool(path, args, { env, stdin, signal, ...(onLine ? { onLine } : {}) });
  if (result.code === 255) throw unreachable(host, result);
  return result;
}

// ssh(1): it ends with 255 for an error of its own.
function unreachable(host: SshHost, { stderr }: ToolResult): Problem {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const said = lines.at(-1) ?? 'ssh ended with 255';
  const login = host.user === undefined ? host.host : `${host.user}@${host.host}`;
  const port = host.port === undefined ? '' : ` -p ${host.port}`;
  const next = /host key verification failed/i.test(stderr)
    ? [`Look at its key, and accept it if it is the right one: ssh${port} ${login}`]
    : /permission denied/i.test(stderr)
      ? [`Let the key in there: ssh-copy-id${port} ${login}; or load it: ssh-add`]
      : [`ssh${port} ${login}`];
  return new Problem(`${host.name} cannot be reached: ${said}`, { evidence: lines.slice(-8), next });
}
