import { messageOf, Problem } from '../../base/errors.ts';
import type { Connection, MessageStream } from '../connection.ts';

export interface ExecRequest {
  namespace: string;
  pod: string;
  /** Needed where the pod has more than one and names none as its default. */
  container?: string | undefined;
  /** The program and its arguments; no shell. */
  command: readonly string[];
  /** Read as fast as the command takes it; its end is the end of the command's standard input. */
  stdin?: AsyncIterable<Uint8Array> | undefined;
  /** The command knows where its input ends, as `tar` does: needed where the server cannot end it (before Kubernetes 1.30). */
  knowsEnd?: boolean;
  /** What it waits for before more is read: so a slow reader holds the command up. */
  onStdout?: (bytes: Buffer) => void | Promise<void>;
  onStderr?: (bytes: Buffer) => void | Promise<void>;
  signal?: AbortSignal | undefined;
}

// https://kubernetes.io/docs/reference/using-api/websockets/: the first byte of each message is its channel.
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
/** Of one message of standard input, as kubectl's. */
const chunkBytes = 32 * 1024;

/**
 * Runs a command in a container and resolves with its exit code. Throws a `KubernetesError` where that is refused, a `Problem`
 * for a command that could not be started or a connection that broke off before it had ended, and the signal's reason.
 */
export async function execInPod(connection: Connection, request: ExecRequest): Promise<number> {
  const { namespace, pod, container, command, stdin, signal } = request;
  const query: [string, string][] = [
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...(stdin ? [['stdin', 'true'] as [string, string]] : []),
    ...(container === undefined ? [] : [['container', container] as [string, string]]),
    ...command.map((word): [string, string] => ['command', word]),
  ];
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const stream = await connection.stream({ path, query, protocols, signal });
  try {
    if (stdin && !stream.protocol.startsWith('v5') && !request.knowsEnd)
      throw new Problem('This cluster cannot end the standard input of a command; Kubernetes 1.30 and newer can', {
        next: [`kubectl exec -i -n ${namespace} ${pod} -- ${command[0]} … does it by another protocol`],
      });
    const feeding = stdin ? feed(stream, stdin) : Promise.resolve(undefined);
    const status = await read(stream, request);
    // The command may end without having read all of its input; what could not be read here is another matter.
    const fault = await Promise.race([feeding, Promise.resolve(undefined)]);
    if (fault && status === undefined) throw fault;
    return exitCodeOf(status, request);
  } finally {
    stream.close();
  }
}

/** Sends standard input. Resolves with the fault of the source; the stream ends for it then. */
async function feed(stream: MessageStream, stdin: AsyncIterable<Uint8Array>): Promise<unknown> {
  try {
    for await (const bytes of stdin)
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        const part = bytes.subarray(at, at + chunkBytes);
        const message = Buffer.allocUnsafe(part.length + 1);
        message[0] = channel.stdin;
        message.set(part, 1);
        if (!(await wasSent(stream, message))) return undefined;
      }
    // v4 has no sign for the end; what reads to the end of an archive, as tar does, needs none.
    if (stream.protocol.startsWith('v5')) await wasSent(stream, Buffer.from([channel.close, channel.stdin]));
    return undefined;
  } catch (error) {
    stream.close();
    return error;
  }
}

// Whether the connection broke off is said by what is read from it.
function wasSent(stream: MessageStream, message: Buffer): Promise<boolean> {
  return stream.send(message).then(
    () => true,
    () => false,
  );
}

async function read(stream: MessageStream, { onStdout, onStderr, signal }: ExecRequest): Promise<unknown> {
  const said: Buffer[] = [];
  try {
    for await (const message of stream.messages()) {
      const bytes = message.subarray(1);
      if (message[0] === channel.stdout) await onStdout?.(bytes);
      else if (message[0] === channel.stderr) await onStderr?.(bytes);
      else if (message[0] === channel.error) said.push(bytes);
    }
  } catch (error) {
    signal?.throwIfAborted();
    // The status is the last word of a command; how the line ends after it is of no account.
    if (said.every(({ length }) => length === 0)) throw error;
  }
  signal?.throwIfAborted();
  const text = Buffer.concat(said).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Problem(`The node's word on the command cannot be read: ${text.slice(0, 200)}`, {
      evidence: [messageOf(error)],
    });
  }
}

interface ExecStatus {
  status?: string;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

function exitCodeOf(status: unknown, { pod, namespace, command }: ExecRequest): number {
  const { status: end, reason, message = '', details } = (status ?? {}) as ExecStatus;
  if (end === 'Success') return 0;
  const code = Number(details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message);
  if (reason === 'NonZeroExitCode' && Number.isInteger(code)) return code;
  const where = `pod ${pod} in namespace ${namespace}`;
  if (end === undefined)
    throw new Problem(`The connection ended before ${command[0]} did; whether it has done its work is not known`, {
      where,
    });
  const missing = /executable file not found|no such file or directory/.test(message);
  throw new Problem(missing ? `There is no program ${command[0]} in the container` : message, {
    where,
    evidence: missing ? [message] : [],
  });
}
