import { execute } from '../../workloads/shell/execute.ts';
import { createPipe, inputOf, type Output, type Pipe } from '../../workloads/shell/streams.ts';
import { ExecutableNotFound } from '../../workloads/system.ts';
import type { RunningContainer } from '../container.ts';
import type { Channels } from './channels.ts';
import { createTerminal } from './terminal.ts';

/** The subprotocols of exec and attach that are served. */
export const commandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

export interface StreamOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3 } as const;

/** `stdin=1&stdout=1…`. Throws with the kubelet's message when nothing is asked for (`cri-streaming/pkg/streaming/remotecommand`). */
export function readStreamOptions(query: URLSearchParams): StreamOptions {
  const asked = (name: string) => ['1', 'true'].includes(query.get(name) ?? '');
  const tty = asked('tty');
  const options = { stdin: asked('input'), stdout: asked('output'), stderr: asked('error') && !tty, tty };
  if (!options.stdin && !options.stdout && !options.stderr)
    throw new Error('you must specify at least 1 of stdin, stdout, stderr');
  return options;
}

/** Runs a command in a container for a client; its end is a Status on the error channel. */
export async function serveExec(
  container: RunningContainer,
  command: readonly string[],
  options: StreamOptions,
  channels: Channels,
): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  channels.closed.addEventListener('abort', end, { once: true });
  let kill = () => {};
  const killed = new Promise<number>((resolve) => {
    kill = () => {
      end();
      resolve(137);
    };
  });
  if (container.signal.aborted) kill();
  container.signal.addEventListener('abort', kill, { once: true });
  const stdin = options.stdin ? createPipe() : inputOf('');
  const { stdout, stderr } = connect(channels, options, stdin as Pipe, end);
  const { protocol } = channels;
  try {
    const { tty } = options;
    const run = execute(container.system, { command, stdin, stdout, stderr, tty, signal: ending.signal });
    channels.send(channel.error, JSON.stringify(statusOf(await Promise.race([run, killed]), command, protocol)));
  } catch (error) {
    channels.send(channel.error, JSON.stringify(failureOf(error, protocol)));
  } finally {
    // A container outlives the commands in it, thousands of them perhaps.
    container.signal.removeEventListener('abort', kill);
    channels.close();
  }
}

/** Joins a client to the main process: its output from now on, and its standard input if it has one. */
export function serveAttach(container: RunningContainer, options: StreamOptions, channels: Channels): void {
  const { stdin, spec } = container;
  const { stdout } = connect(channels, options, options.stdin ? stdin : undefined, () => {}, spec.stdinOnce);
  const off = container.log.tap((data) => stdout.write(data));
  const end = () => {
    off();
    channels.send(channel.error, JSON.stringify({ metadata: {}, status: 'Success' }));
    channels.close();
  };
  container.signal.addEventListener('abort', end, { once: true });
  channels.closed.addEventListener('abort', () => {
    off();
    container.signal.removeEventListener('abort', end);
    if (spec.stdinOnce && options.stdin) stdin?.end();
  });
}

/** Wires the channels to pipes; on a terminal with its line discipline between them. */
function connect(
  channels: Channels,
  options: StreamOptions,
  stdin: Pipe | undefined,
  interrupt: () => void,
  endsInput = true,
): { stdout: Output; stderr: Output } {
  const output = (number: number, wanted: boolean): Output => ({
    write: (data) => void (wanted && channels.send(number, data)),
  });
  const stdout = output(channel.stdout, options.stdout);
  const stderr = output(channel.stderr, options.stderr);
  // An empty message tells the client that the connection stands.
  channels.send(options.stdout ? channel.stdout : options.stderr ? channel.stderr : channel.error, '');
  if (options.stdin && stdin) channels.onEnd(channel.stdin, () => void (endsInput && stdin.end()));
  if (options.tty) {
    const terminal = createTerminal(stdin ?? createPipe(), stdout, interrupt);
    if (options.stdin) channels.on(channel.stdin, terminal.input);
    return { stdout: terminal.output, stderr: terminal.output };
  }
  if (options.stdin && stdin) channels.on(channel.stdin, (data) => stdin.write(data));
  return { stdout, stderr };
}

/** In v5 the API server's half of the translation has spoken as well (`apiserver/pkg/util/proxy/streamtranslator.go`). */
function statusOf(code: number, command: readonly string[], protocol: string) {
  if (code === 0) return { metadata: {}, status: 'Success' };
  const why = protocol.startsWith('v5')
    ? `command terminated with exit code ${code}`
    : `error executing command [${command.join(' ')}], exit code ${code}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${why}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** What containerd and the kubelet say of a command that could not even start. */
function failureOf(error: unknown, protocol: string) {
  const why = error instanceof Error ? error.message : String(error);
  const detail =
    error instanceof ExecutableNotFound
      ? `failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`
      : why;
  const once = `error executing command in container: ${detail}`;
  const cause = protocol.startsWith('v5') ? `Internal error occurred: ${once}` : once;
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${cause}`,
    reason: 'InternalError',
    details: { causes: [{ message: cause }] },
    code: 500,
  };
}
