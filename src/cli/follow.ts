import { attachRun } from '../playbooks/runs/attach.ts';
import type { GlobalOptions } from './options.ts';
import { followRun } from './run-follow.ts';

/** `follow <run>`: watches a run, from its beginning; on a terminal its questions can be answered. Ctrl-C ends the watching only. */
export async function followCommand(
  args: string[],
  { output = 'text' }: GlobalOptions & { output?: 'text' | 'ndjson' },
): Promise<number> {
  const run = await attachRun(args[0] ?? '', 'terminal');
  return followRun(run, { output, owner: false, interactive: process.stdin.isTTY === true && output === 'text' });
}
