import { exitCodes, Problem } from '../../base/errors.ts';
import type { ClusterChoice } from '../../cluster/connection.ts';
import type { Playbook } from '../model.ts';

/**
 * The cluster that a playbook runs with: none for one that says `cluster: none`, whichever is chosen, but for the sandbox, where it
 * is rehearsed. Throws `Problem` for one that needs a cluster where none is chosen.
 */
export function clusterOfRun(
  { title, cluster }: Pick<Playbook, 'title' | 'cluster'>,
  chosen: ClusterChoice,
): ClusterChoice {
  const { namespace } = chosen;
  if (cluster === 'none') return chosen.sandbox ? chosen : { sandbox: false, none: true, namespace };
  if (!chosen.none) return chosen;
  throw new Problem(`${title} needs a cluster, and none is chosen`, {
    next: ['Choose one: --context or --sandbox, or :ctx on the screen'],
    exitCode: exitCodes.usage,
  });
}
