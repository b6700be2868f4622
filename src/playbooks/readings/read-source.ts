import type { Connection } from '../../cluster/connection.ts';
import { getObject } from '../../cluster/objects.ts';
import { execInPod } from '../../cluster/streams/exec.ts';
import type { ReadingSource } from '../../systems/reading-schema.ts';
import { chooseContainer } from '../steps/in-pod.ts';
import { resolveObjectName } from '../steps/object-names.ts';

/** More of what a command prints than this is left away. */
const mostBytes = 64 * 1024;
/** A command that says nothing for so long is given up, ms. */
const longestMs = 15_000;

interface Place {
  connection: Connection;
  namespace: string;
  signal: AbortSignal;
}

/** What one source of the readings says now. Throws `Problem` where nobody can be asked. */
export async function readSource(source: ReadingSource, place: Place): Promise<unknown> {
  const { connection, namespace } = place;
  if ('configmap' in source) {
    const found = await getObject(connection, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name: source.configmap,
    });
    return (found as { data?: Record<string, string> } | undefined)?.data ?? {};
  }
  const signal = AbortSignal.any([place.signal, AbortSignal.timeout(longestMs)]);
  const target = await firstOf(Array.isArray(source.in) ? source.in : [source.in], place);
  const container = await chooseContainer({ in: target, container: source.container }, { ...place, signal });
  const [stdout, stderr] = [collector(), collector()];
  const { command } = source;
  const request = { ...container, command, onStdout: stdout.add, onStderr: stderr.add, signal };
  const code = await execInPod(connection, request);
  return answerOf(code, stdout.text(), stderr.text());
}

/** The first that the cluster has; the last one where it has none, whose absence is said then. */
async function firstOf(targets: readonly string[], { connection, namespace, signal }: Place): Promise<string> {
  for (const target of targets.slice(0, -1)) {
    const ref = await resolveObjectName(connection, target, namespace);
    if (await getObject(connection, ref, signal)) return target;
  }
  return targets.at(-1) ?? '';
}

/** What a command said, as expressions see it: `fields` are its lines `name:value`, numbers as numbers. */
export function answerOf(code: number, stdout: string, stderr: string) {
  const lines = stdout.split(/\r?\n/).filter((line) => line !== '');
  const fields: Record<string, string | number> = Object.create(null);
  for (const line of lines) {
    const [, name, value = ''] = /^([A-Za-z0-9_.-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) fields[name] = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  return { code, stdout, stderr, lines, fields: { ...fields } };
}

function collector() {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    add(bytes: Buffer) {
      if (length < mostBytes) chunks.push(Buffer.from(bytes.subarray(0, mostBytes - length)));
      length += bytes.length;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
