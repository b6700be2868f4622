import { z } from 'zod';
import { tailLog } from '../../../../cluster/streams/logs.ts';
import type { ContainerStatus, Pod } from '../../../../kubernetes/pod.ts';
import { withoutCredentials } from '../../../preview/secret-fields.ts';
import { shellWord } from '../../explain.ts';
import { kubectlName } from '../../object-names.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';
import { chosenPods, onePodChoice, onePodChoiceFault, podChoice, podWords } from './chosen-pods.ts';

const mostPods = 10;
const limitBytes = 128 * 1024;
const schema = z.strictObject({
  logs: z
    .strictObject({
      ...podChoice,
      container: z.string().optional().describe('All of a pod’s containers unless said'),
      tail: z.number().int().min(1).max(1000).optional().describe('How many of the last lines; 100 unless said'),
      previous: z
        .boolean()
        .optional()
        .describe('Only of the container before its last restart; both where there is one unless said'),
    })
    .refine(onePodChoice, onePodChoiceFault)
    .describe(`Logs of at most ${mostPods} pods: a list of {pod, container, previous, lines}`),
});
type Source = z.infer<typeof schema>;

/** The last lines of containers' logs, those of pods that are not ready first. */
export const logsSource: SourceKind<Source> = {
  key: 'logs',
  schema,
  async read({ logs }, context) {
    const pods = await chosenPods(logs, context, mostPods);
    const wanted = pods.flatMap((pod) => logsOf(pod, logs).map((log) => ({ ...log, pod: pod.metadata.name })));
    const read = await Promise.all(
      // What programs say when they cannot connect is often the whole address, with the password in it.
      wanted.map(async (log) => ({ ...log, lines: (await linesOf(log, logs, context)).map(withoutCredentials) })),
    );
    return read.filter(({ lines }) => lines.length > 0);
  },
  commands({ logs }, own) {
    const { of, tail = 100, container, previous } = logs;
    const which = of ? ` ${shellWord(kubectlName(of))} -n ${shellWord(logs.namespace ?? own)}` : podWords(logs, own);
    const part = container ? ` -c ${shellWord(container)}` : ' --all-containers';
    return [`kubectl logs${which}${part} --tail=${tail}${previous ? ' --previous' : ''}`];
  },
};

function logsOf(pod: Pod, { container, previous }: Source['logs']) {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const meant = statuses.filter(({ name }) => container === undefined || name === container);
  const hadOne = ({ restartCount }: ContainerStatus) => restartCount > 0;
  return meant.flatMap((status) => [
    ...(previous !== false && hadOne(status) ? [{ container: status.name, previous: true }] : []),
    ...(previous === true ? [] : [{ container: status.name, previous: false }]),
  ]);
}

function linesOf(
  { pod, container, previous }: { pod: string; container: string; previous: boolean },
  { tail = 100, namespace }: Source['logs'],
  context: SourceContext,
): Promise<string[]> {
  const { connection, signal, namespace: own } = context;
  return tailLog(connection, {
    ...{ namespace: namespace ?? own, pod, container, previous },
    ...{ tailLines: tail, limitBytes, signal },
  });
}
