import { restartWorkload, workloadsUsing } from '../../../cluster/secret-users.ts';
import { nameOf } from '../../../kubernetes/object.ts';
import type { StepContext } from '../../step-kind.ts';

/** Says on a Secret which run has rotated which of its keys, so that a run that goes on does not do it once more. */
export const rotatedAnnotation = 'tars-console.dev/rotated';

export function rotationMark(run: string, keys: readonly string[]): string {
  return `${run}: ${[...keys].sort().join(', ')}`;
}

/**
 * Restarts the workloads that use a Secret, after asking: they would go on with the old value, or half of them with each. A run
 * that was interrupted in between asks again. Returns their names.
 */
export async function restartUsers(
  secret: string,
  keys: readonly string[],
  { connection, namespace, signal, ask, output }: StepContext,
): Promise<string[]> {
  const users = await workloadsUsing(connection, secret, namespace, signal);
  if (users.length === 0) return [];
  const names = users.map(nameOf);
  const answer = await ask({
    kind: 'confirm',
    text: `Restart ${names.length === 1 ? names[0] : `${names.length} workloads`}, which ${names.length === 1 ? 'uses' : 'use'} the Secret ${secret}?`,
    details: [
      ...names,
      `rotated: ${keys.join(', ') || 'before the run was interrupted'}; until they restart they go on with the old value`,
    ],
  });
  if (answer.kind !== 'confirm' || !answer.yes) {
    output(`Not restarted, and still with the old value: ${names.join(', ')}`);
    return [];
  }
  const at = new Date().toISOString();
  for (const user of users) await restartWorkload(connection, user, at, signal);
  output(`Restarted: ${names.join(', ')}`);
  return names;
}
