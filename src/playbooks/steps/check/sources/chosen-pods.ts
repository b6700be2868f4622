import { z } from 'zod';
import { Problem } from '../../../../base/errors.ts';
import { getObject, listObjects } from '../../../../cluster/objects.ts';
import { podsOf } from '../../../../cluster/workload-pods.ts';
import { asPod, isPodReady, type Pod } from '../../../../kubernetes/pod.ts';
import { shellWord } from '../../explain.ts';
import { resolveObjectName } from '../../object-names.ts';
import { objectName } from '../../step-shapes.ts';
import type { SourceContext } from '../source-kind.ts';

/** Which pods a source reads: by labels, or those of a workload. */
export const podChoice = {
  selector: z.string().min(1).optional().describe('Labels of the pods: `app=tars-backend`'),
  of: objectName.optional().describe('A workload, or a pod: `Deployment/tars-backend`'),
  namespace: z.string().optional(),
};

export interface PodChoice {
  selector?: string | undefined;
  of?: string | undefined;
  namespace?: string | undefined;
}

export const onePodChoice = ({ selector, of }: PodChoice) => selector === undefined || of === undefined;
export const onePodChoiceFault = 'give one of `selector` and `of`; neither means all pods';

/** The pods that are meant, those that are not ready first; at most so many. Throws for a workload that is not there. */
export async function chosenPods(choice: PodChoice, context: SourceContext, most: number): Promise<Pod[]> {
  const pods = (await readPods(choice, context)).map(asPod);
  const rank = (pod: Pod) => (isPodReady(pod) ? 1 : 0);
  return pods.sort((a, b) => rank(a) - rank(b) || (a.metadata.name < b.metadata.name ? -1 : 1)).slice(0, most);
}

async function readPods({ selector, of, namespace }: PodChoice, { connection, signal, namespace: own }: SourceContext) {
  const place = namespace ?? own;
  if (of === undefined)
    return listObjects(
      connection,
      { apiVersion: 'v1', kind: 'Pod', namespace: place, labelSelector: selector },
      signal,
    );
  const object = await getObject(connection, await resolveObjectName(connection, of, place), signal);
  if (!object) throw new Problem(`There is no ${of} in the namespace ${place}`);
  return podsOf(connection, object, signal);
}

/** As kubectl chooses them, with the namespace: ` -n tars -l app=x`. */
export function podWords({ selector, namespace }: PodChoice, own: string): string {
  return ` -n ${shellWord(namespace ?? own)}${selector ? ` -l ${shellWord(selector)}` : ''}`;
}
