import { Problem } from '../../../base/errors.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { failedCall } from '../tool-call.ts';
import { callHelm, type ReleasePlace } from './call.ts';

/** One revision of a release, as `helm history` tells it. */
export interface Revision {
  revision: number;
  /** ISO 8601. */
  updated: string;
  /** `deployed`, `superseded`, `failed`, `uninstalled`, `uninstalling`, `pending-install`, `pending-upgrade`, `pending-rollback`. */
  status: string;
  /** `name-version`. */
  chart: string;
  app_version: string;
  description: string;
}

export type PendingRevision = Revision & { status: `pending-${string}` };

/** The revisions of a release, oldest first; none when it does not exist. */
export async function readHistory(
  place: ReleasePlace,
  context: Pick<PreviewContext, 'connection' | 'signal'>,
): Promise<Revision[]> {
  const args = ['history', place.release, '--max', '256', '--output', 'json'];
  const result = await callHelm(args, place, context, { expect: 'any' });
  if (result.code === 0) return parseHistory(result.stdout);
  if (/release: not found/.test(result.stderr)) return [];
  throw failedCall('helm', 'history', result);
}

function parseHistory(text: string): Revision[] {
  try {
    return (JSON.parse(text) as Revision[]).sort((left, right) => left.revision - right.revision);
  } catch (cause) {
    throw new Problem('What `helm history` wrote cannot be read', { evidence: text.split('\n').slice(0, 5), cause });
  }
}

/** True while the newest revision is one that some helm began and has not finished, or never will. */
export function isPending(revision: Revision | undefined): revision is PendingRevision {
  return revision?.status.startsWith('pending-') === true;
}

/** The newest revision that was once deployed as a whole: what one can roll back to. */
export function lastGoodRevision(history: readonly Revision[]): Revision | undefined {
  return history.filter(({ status }) => status === 'deployed' || status === 'superseded').at(-1);
}

/** Milliseconds since a revision was begun, by this machine's clock. */
export function ageOf({ updated }: Revision): number {
  const at = Date.parse(updated);
  return Number.isNaN(at) ? 0 : Math.max(0, Date.now() - at);
}
