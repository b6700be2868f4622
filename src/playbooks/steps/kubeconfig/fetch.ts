import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../../../base/errors.ts';
import { toolEnvironment } from '../../../tools/environment.ts';
import { whichProgram } from '../../../tools/find-tool.ts';
import { localClusterTools } from '../../../tools/known-tools.ts';
import { runTool, type ToolResult } from '../../../tools/run-tool.ts';
import type { StepContext } from '../../step-kind.ts';
import { callSsh } from '../ssh/call.ts';
import { hostsOf, type SshHost } from '../ssh/hosts.ts';
import type { SshOptions } from '../ssh/options.ts';
import { asRoot, remoteCommand } from '../ssh/remote.ts';
import { failedCall } from '../tool-call.ts';
import { workspacePath } from '../workspace-path.ts';
import { filesOf, type OneContext, pickContext, withWholePaths } from './entries.ts';
import type { KubeconfigOptions, KubeconfigSource } from './options.ts';

type Fetching = Pick<StepContext, 'workspace' | 'signal'>;

/**
 * Fetches the context that a step names. What comes is held in memory alone and told to nobody. Throws `Problem` where it cannot be
 * had, or leads to what this machine does not have or should not start.
 */
export async function fetchContext(options: KubeconfigOptions, context: Fetching): Promise<OneContext> {
  const { from, context: wanted } = options;
  // What an expression came to may be nothing.
  const server = options.server || undefined;
  if (!from) throw new Error('nothing to be fetched');
  if (from.file !== undefined) {
    const path = workspacePath(from.file, context);
    const text = await readFile(path, 'utf8').catch((cause) => {
      throw new Problem(`The kubeconfig ${from.file} cannot be read`, { where: path, cause });
    });
    return withServer(withWholePaths(pickContext(text, wanted), path), server);
  }
  if (from.ssh) {
    const { host, text } = await fromHost(from.ssh, from.path ?? '', context);
    const one = pickContext(text, wanted);
    refuseForeign(one, host);
    return withServer(one, server ?? seenFromHere(one, host));
  }
  return withServer(pickContext(await fromCommand(from, context), wanted), server);
}

async function fromHost(
  { host, user, identity, sudo }: NonNullable<KubeconfigSource['ssh']>,
  path: string,
  context: Fetching,
): Promise<{ host: SshHost; text: string }> {
  const options = { hosts: [host], user, identity } as SshOptions;
  const [one] = hostsOf(options);
  if (!one) throw new Error('no host');
  const read = remoteCommand(['cat', path], {});
  const call = sudo === true || sudo === 'true' ? asRoot(read) : read;
  const result = await callSsh(one, options, { ...call, signal: context.signal }, context);
  if (result.code !== 0)
    throw new Problem(`${path} cannot be read on ${one.name}: ${result.stderr.trim().split('\n').at(-1) ?? ''}`, {
      next: ['Is it the first server, and may this user read it? `sudo: true` reads it as root'],
    });
  return { host: one, text: wholeOf(result, path) };
}

async function fromCommand({ command = [], writes }: KubeconfigSource, context: Fetching): Promise<string> {
  const [program = '', ...args] = command.map(String);
  const folder = await mkdtemp(join(tmpdir(), 'tars-console-'));
  const file = join(folder, 'kubeconfig');
  try {
    const inherit = localClusterTools.find(({ name }) => name === program)?.inherit ?? [];
    const env = toolEnvironment({ inherit, kubeconfig: file });
    const path = program.includes('/') ? workspacePath(program, context) : whichProgram(program, env);
    if (!path) throw new Problem(`There is no program ${program}`, { next: ['Install it, or put it into PATH'] });
    const result = await runTool(path, args, { env, cwd: context.workspace, signal: context.signal });
    // What it printed may hold the credentials: only what it said of its failure is told.
    if (result.code !== 0) throw failedCall(program, args[0], { ...result, stdout: '' });
    if (!writes) return wholeOf(result, program);
    return await readFile(file, 'utf8').catch((cause) => {
      throw new Problem(`${program} wrote no kubeconfig`, { cause });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function wholeOf({ stdout, truncated }: ToolResult, what: string): string {
  if (!truncated) return stdout;
  throw new Problem(`What came from ${what} is too long for a kubeconfig`);
}

/** What another host has written may neither start a program here nor lead to files that are only there. */
function refuseForeign(one: OneContext, { name }: SshHost): void {
  if (one.user.exec !== undefined || one.user['auth-provider'] !== undefined)
    throw new Problem(`The kubeconfig of ${name} would start a program on this machine, and is not taken`);
  const [file] = filesOf(one);
  if (file !== undefined) throw new Problem(`The kubeconfig of ${name} names a file that is only there: ${file}`);
}

/** An address that means the host itself, as the host is reached from here. */
function seenFromHere({ cluster }: OneContext, { host }: SshHost): string | undefined {
  const server = String(cluster.server ?? '');
  if (!URL.canParse(server)) return undefined;
  const address = new URL(server);
  if (!/^(localhost|\[::1?\]|127(\.\d{1,3}){3}|0\.0\.0\.0)$/.test(address.hostname)) return undefined;
  const port = address.port === '' ? '' : `:${address.port}`;
  return `${address.protocol}//${isIPv6(host) ? `[${host}]` : host}${port}`;
}

function withServer(one: OneContext, server: string | undefined): OneContext {
  return server === undefined ? one : { ...one, cluster: { ...one.cluster, server } };
}
