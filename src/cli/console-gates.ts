import type { ClusterChoice } from '../cluster/connection.ts';
import { consentLines, giveConsent, missingConsent } from '../playbooks/consent.ts';
import { GateProblem, type Passage } from '../playbooks/runs/gate.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import { LockProblem } from '../playbooks/runs/lock-problem.ts';
import type { StartedRun, StartOptions } from '../playbooks/runs/start.ts';
import { productionContext } from './run-consents.ts';

/**
 * Starts a run from the screen: each thing that a person must say first is thrown as a `GateProblem`, one after another, until
 * the passage holds them all.
 */
export async function startThroughGates(
  loaded: LoadedRun,
  cluster: ClusterChoice,
  { trust, ...passage }: Passage,
  start: (options: StartOptions) => Promise<StartedRun>,
): Promise<StartedRun> {
  const consent = missingConsent(loaded);
  if (consent && trust !== consent.hash) {
    const { playbook, workspace, hash } = consent;
    throw new GateProblem({ kind: 'outside', playbook, workspace, steps: consentLines(consent), hash });
  }
  if (consent) giveConsent(consent);
  const context = productionContext(cluster);
  if (context !== undefined && passage.confirmedContext !== context)
    throw new GateProblem({ kind: 'production', context });
  try {
    return await start(passage);
  } catch (error) {
    throw error instanceof LockProblem ? (gateOf(error) ?? error) : error;
  }
}

function gateOf({ lock }: LockProblem): GateProblem | undefined {
  const { system, run, who, why, resourceVersion } = lock;
  if (lock.state === 'dead') return new GateProblem({ kind: 'dead', system, run, who, why, resourceVersion });
  return lock.local ? new GateProblem({ kind: 'held', system, run, who }) : undefined;
}
