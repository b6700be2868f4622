import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { mapAtOnce } from '../../base/at-once.ts';
import { messageOf, Problem } from '../../base/errors.ts';
import type { PlanContext, StepContext, StepKind } from '../step-kind.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { requireSecret } from './secret-values.ts';
import { callSsh } from './ssh/call.ts';
import { hostsOf, isLoopback, type SshHost } from './ssh/hosts.ts';
import { type SshConfig, type SshOptions, sshShape } from './ssh/options.ts';
import { asRoot, type Remote, remoteCommand, remoteHas, remoteReceive, remoteScript } from './ssh/remote.ts';
import { workspacePath } from './workspace-path.ts';

/** What became of a host. */
interface HostResult {
  host: string;
  status: 'done' | 'skipped' | 'failed';
  code: number;
  stdout: string;
  problem?: string;
}

/** Runs a script or program on other hosts, or sends them a file. */
export const sshStep: StepKind<SshConfig> = {
  name: 'ssh',
  description: 'Runs a script or program on a list of hosts, or sends them a file',
  shape: sshShape,
  effects: 'outside',
  needsCluster: () => false,
  outputs: { hosts: 'list', done: 'list', skipped: 'list' },
  // What became a secret lives in the run's own process alone.
  volatile: ({ ssh }) => ssh['to-secret'] !== undefined,
  async plan(config, context) {
    const options = renderKnown(context, config.ssh);
    // Hosts that only the run will know are accepted without being named.
    const names = Array.isArray(options.hosts) ? hostsOf(options).map(({ name }) => name) : [];
    const where = Array.isArray(options.hosts) ? counted(names.length, 'host') : `the hosts ${options.hosts}`;
    return {
      certainty: 'cannot preview',
      summary: `${whatOf(options)} on ${where}`,
      changes: names.map((name) => ({ object: `host/${name}`, action: 'run', note: whatOf(options) })),
      why: 'what a script does on a host is not known before it has done it',
    };
  },
  async probe(config, context) {
    const options = context.render(config.ssh);
    if (options.unless === undefined && options.upload === undefined)
      return { done: 'unknown', reason: 'whether it was done on every host cannot be told: there is no `unless`' };
    const hosts = hostsOf(options);
    const settled = await mapAtOnce(hosts, options['at-once'] ?? 4, (host) => isSettled(host, options, context));
    const left = hosts.filter((_, index) => !settled[index]).map(({ name }) => name);
    return {
      done: left.length === 0,
      reason: left.length === 0 ? 'it is so on every host' : `not on ${left.join(', ')}`,
    };
  },
  async run(config, context) {
    const options = context.render(config.ssh);
    const hosts = hostsOf(options);
    if (options['to-secret'] !== undefined && hosts.length !== 1)
      throw new Problem(`${options['to-secret']} can come from one host only, not from ${hosts.length}`);
    if (context.connection.info.sandbox && !hosts.every(isLoopback)) return rehearse(hosts, options, context);
    const results = await onEveryHost(hosts, options, context);
    const named = (status: HostResult['status']) =>
      results.filter((one) => one.status === status).map(({ host }) => host);
    const failed = results.filter(({ status }) => status === 'failed');
    if (failed.length > 0) throw hostsFailed(failed, results);
    const skipped = named('skipped');
    const parts = [
      ...(named('done').length > 0 ? [`done on ${counted(named('done').length, 'host')}`] : []),
      ...(skipped.length > 0 ? [`nothing to do on ${skipped.join(', ')}`] : []),
    ];
    return {
      ...(named('done').length === 0 ? { status: 'skipped' as const } : {}),
      summary: parts.join('; '),
      outputs: {
        hosts: results.map(({ host, code, status, stdout }) => ({ host, code, status, stdout })),
        done: named('done'),
        skipped,
      },
    };
  },
  async equivalent(config, context) {
    const options = renderKnown(context, config.ssh);
    const hosts = Array.isArray(options.hosts) ? hostsOf(options) : [];
    const logins = hosts.length > 0 ? hosts.map(login) : ['<host>'];
    return logins.flatMap((to) => equivalentOn(to, options));
  },
};

function whatOf({ script, run, upload }: SshOptions): string {
  if (upload) return `sends ${upload.file} to ${upload.to}`;
  if (run) return run.map((word) => shellWord(String(word))).join(' ');
  return `a script of ${counted((script ?? '').trimEnd().split('\n').length, 'line')}`;
}

async function onEveryHost(
  hosts: readonly SshHost[],
  options: SshOptions,
  context: StepContext,
): Promise<HostResult[]> {
  const running = new Set<string>();
  let ended = 0;
  const tell = () => {
    const now = running.size > 0 ? `; at work: ${[...running].join(', ')}` : '';
    context.progress(`${ended} of ${counted(hosts.length, 'host')} done${now}`, ended / hosts.length);
  };
  return mapAtOnce(hosts, options['at-once'] ?? 4, async (host) => {
    context.waiting.throwIfAborted();
    running.add(host.name);
    tell();
    const result = await onHost(host, options, context);
    running.delete(host.name);
    ended += 1;
    tell();
    return result;
  });
}

/** A host that fails does not keep the others from being done. */
async function onHost(host: SshHost, options: SshOptions, context: StepContext): Promise<HostResult> {
  const say = (line: string) => context.output(`[${host.name}] ${line}`);
  try {
    if (await isSettled(host, options, context)) {
      say('nothing to do');
      return { host: host.name, status: 'skipped', code: 0, stdout: '' };
    }
    const remote = options.upload ? await uploadOf(options.upload, context) : remoteOf(options, context);
    const { command, stdin } = isRoot(options) ? { ...remote, command: `sudo -n ${remote.command}` } : remote;
    const secret = options['to-secret'];
    const call = { command, stdin, signal: context.signal, ...(secret === undefined ? { onLine: say } : {}) };
    const { code = -1, stdout: printed, stderr } = await callSsh(host, options, call, context);
    const stdout = secret === undefined ? printed : '';
    const kept = { host: host.name, code, stdout: stdout.trimEnd().slice(0, 8192) };
    if (code === 0 && secret !== undefined) takeSecret(secret, printed, host, context);
    if (code === 0) return { ...kept, status: 'done' };
    const said = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
    return { ...kept, status: 'failed', problem: `ended with ${code}${said ? `: ${said}` : ''}` };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Problem)) throw error;
    say(error.message);
    return { host: host.name, status: 'failed', code: 255, stdout: '', problem: messageOf(error) };
  }
}

/** A value that an expression came to counts as well. */
function isRoot({ sudo }: SshOptions): boolean {
  return sudo === true || sudo === 'true';
}

/** What a host printed becomes a sensitive input of the run; nothing of it is written down. */
function takeSecret(name: string, printed: string, host: SshHost, context: StepContext): void {
  const value = printed.trim();
  if (value === '') throw new Problem(`${host.name} printed nothing that could be ${name}`);
  context.hide(value);
  context.give(name, value);
  context.output(`[${host.name}] ${name} is read, and shown nowhere`);
}

function remoteOf(options: SshOptions, context: StepContext, words: SshOptions['unless'] = options.run): Remote {
  const plain = Object.entries(options.env ?? {}).map(([name, value]) => [name, String(value)]);
  const secret = Object.entries(options['secret-env'] ?? {}).map(([name, input]) => [
    name,
    requireSecret(input, context),
  ]);
  const variables = Object.fromEntries([...plain, ...secret]) as Record<string, string>;
  if (Array.isArray(words)) return remoteCommand(words.map(String), variables);
  return remoteScript(words ?? options.script ?? '', variables);
}

async function fileOf(upload: NonNullable<SshOptions['upload']>, context: StepContext) {
  const path = workspacePath(upload.file, context);
  const content = await readFile(path).catch((cause) => {
    throw new Problem(`The file ${upload.file} cannot be read`, { where: path, cause });
  });
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, bytes: content.length, sha256, mode: upload.mode ?? '0644' };
}

async function uploadOf(upload: NonNullable<SshOptions['upload']>, context: StepContext) {
  const { path, bytes, sha256, mode } = await fileOf(upload, context);
  return { command: remoteReceive(upload.to, mode, bytes, sha256), stdin: createReadStream(path) };
}

/** Whether there is nothing to do on a host: its `unless` says so, or the file is there already. */
async function isSettled(host: SshHost, options: SshOptions, context: StepContext): Promise<boolean> {
  const { unless, upload } = options;
  const tests: Remote[] = unless === undefined ? [] : [remoteOf(options, context, unless)];
  if (upload) {
    const { sha256, mode } = await fileOf(upload, context);
    tests.push(remoteScript(remoteHas(upload.to, mode, sha256), {}));
  }
  for (const test of tests) {
    const call = isRoot(options) ? asRoot(test) : test;
    const { code } = await callSsh(host, options, { ...call, signal: context.signal }, context);
    if (code === 0) return true;
  }
  return false;
}

/** On the sandbox nothing is done to hosts that are real. */
function rehearse(hosts: readonly SshHost[], options: SshOptions, context: StepContext) {
  for (const host of hosts) context.output(`Rehearsal: ${whatOf(options)} would be done on ${host.name}`);
  const summary = `a rehearsal: ${whatOf(options)} was done on none of ${counted(hosts.length, 'host')}`;
  return {
    status: 'skipped' as const,
    summary,
    outputs: { hosts: [], done: [], skipped: hosts.map(({ name }) => name) },
  };
}

function hostsFailed(failed: readonly HostResult[], all: readonly HostResult[]): Problem {
  const names = failed.map(({ host }) => host).join(', ');
  const [first] = failed;
  const why = failed.length === 1 && first ? `: ${first.problem}` : '';
  return new Problem(
    `It failed on ${failed.length === 1 ? names : `${failed.length} of ${all.length} hosts: ${names}`}${why}`,
    {
      evidence: failed.map(({ host, problem }) => `${host}: ${problem}`),
      next: ['On the other hosts it is done; retrying does it again on all that `unless` does not leave alone'],
    },
  );
}

function login({ host, user, port }: SshHost): string {
  return `${port === undefined ? '' : `-p ${port} `}${shellWord(user === undefined ? host : `${user}@${host}`)}`;
}

function equivalentOn(
  to: string,
  options: Pick<SshOptions, 'script' | 'run' | 'upload' | 'sudo'> & Partial<PlanContext>,
): string[] {
  const { script = '', run, upload, sudo } = options;
  const root = sudo === undefined || sudo === false ? '' : 'sudo ';
  if (upload) return [`ssh ${to} ${shellWord(`${root}tee ${shellWord(upload.to)}`)} < ${shellWord(upload.file)}`];
  if (run) return [`ssh ${to} ${shellWord(root + run.map((word) => shellWord(String(word))).join(' '))}`];
  return [`printf '%s\\n' ${shellWord(script.trimEnd())} | ssh ${to} ${root}sh -s`];
}
