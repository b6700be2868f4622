import { exitCodes, Problem } from '../base/errors.ts';
import { attachToFolder } from '../playbooks/runs/attach.ts';
import { findRun } from '../playbooks/runs/list-runs.ts';
import type { GlobalOptions } from './options.ts';
import { printHints } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';

/** `stop <run>`: ends a run after its running effects, and waits for that. */
export async function stopCommand(args: string[], options: GlobalOptions = {}): Promise<number> {
  refuseChanges(options, 'Stopping a run changes what becomes of it');
  const { id, folder, status } = await findRun(args[0] ?? '');
  if (status !== 'running' && status !== 'waiting')
    throw new Problem(`The run ${id} is not going on: ${status}`, { exitCode: exitCodes.usage });
  const run = attachToFolder(id, folder, 'tars-console stop');
  await run.stop();
  for await (const event of run.events) {
    if (event.type !== 'run-ended') continue;
    printHints(event.status === 'stopped' ? `Stopped. It goes on with: tars-console resume ${id}` : event.summary);
  }
  return exitCodes.done;
}
