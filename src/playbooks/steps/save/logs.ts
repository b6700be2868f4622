import { createMasker, type Masker } from '../../../base/masking.ts';
import { hasStatus } from '../../../cluster/kubernetes-error.ts';
import { listObjects } from '../../../cluster/objects.ts';
import { logLines } from '../../../cluster/streams/logs.ts';
import { asPod } from '../../../kubernetes/pod.ts';
import type { StepContext } from '../../step-kind.ts';

export interface LogsWanted {
  selector?: string | undefined;
  /** Seconds. */
  since: number;
}

const longestLine = 16_384;

/**
 * Every line of every container of the pods, one container after the other, with the pod in front; as much is held as one line
 * is long. What Secrets of the namespace hold is hidden.
 */
export async function* savedLogs(
  { selector, since }: LogsWanted,
  context: StepContext,
  counts: Map<string, number>,
): AsyncGenerator<string> {
  const { connection, namespace, signal, progress } = context;
  const masker = await maskerOf(context);
  const query = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: selector };
  const pods = (await listObjects(connection, query, signal)).map(asPod);
  for (const [index, { metadata, spec, status }] of pods.entries()) {
    progress(`${metadata.name}, pod ${index + 1} of ${pods.length}`);
    const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    for (const { name } of [...(spec.initContainers ?? []), ...spec.containers]) {
      const restarted = (states.find((one) => one.name === name)?.restartCount ?? 0) > 0;
      for (const previous of restarted ? [true, false] : [false]) {
        const head = `${metadata.name}/${name}${previous ? ' (before its restart)' : ''}`;
        const wanted = { namespace, pod: metadata.name, container: name, previous, sinceSeconds: since, signal };
        for await (const line of linesOf(connection, wanted)) {
          counts.set('line', (counts.get('line') ?? 0) + 1);
          yield `${head}: ${masker.mask(line.slice(0, longestLine))}\n`;
        }
      }
    }
    counts.set('pod', (counts.get('pod') ?? 0) + 1);
  }
}

async function* linesOf(...[connection, query]: Parameters<typeof logLines>): AsyncGenerator<string> {
  try {
    yield* logLines(connection, { ...query, timestamps: true });
  } catch (error) {
    // It has not started, or is gone by now: it has no log.
    if (!hasStatus(error, 400) && !hasStatus(error, 404)) throw error;
  }
}

/** Hides what the Secrets of the namespace hold; says so where they may not be read. */
async function maskerOf({ connection, namespace, signal, output }: StepContext): Promise<Masker> {
  const masker = createMasker();
  try {
    // Short words, such as a user's name, are no secrets and stand everywhere.
    for (const secret of await listObjects(connection, { apiVersion: 'v1', kind: 'Secret', namespace }, signal))
      for (const value of Object.values((secret as { data?: Record<string, string> }).data ?? {}))
        if (value.length >= 12) masker.add(Buffer.from(value, 'base64').toString('utf8'));
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    output(`Secrets of ${namespace} may not be read, so that what of them stands in the logs is not hidden`);
  }
  return masker;
}
