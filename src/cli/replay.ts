import { parseDuration } from '../base/duration.ts';
import { exitCodes, Problem } from '../base/errors.ts';
import { findRun } from '../playbooks/runs/list-runs.ts';
import { readRecording } from '../playbooks/runs/recording.ts';
import { createReplay, fastest, slowest } from '../playbooks/runs/replay.ts';
import { runPaths } from '../playbooks/runs/run-folder.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printHints, printJson } from './output.ts';
import { createLinePrinter } from './run-lines.ts';

type Options = GlobalOptions & { speed: string; longestPause: string; output: 'text' | 'ndjson' };

/** `replay <run>`: a run once more from its records, in its own time or faster. Ctrl-C ends it. */
export async function replayCommand(args: string[], { speed, longestPause, output }: Options): Promise<number> {
  const factor = Number(speed);
  if (!(factor >= slowest && factor <= fastest))
    throw usage(`--speed ${speed}: it wants a number from ${slowest} to ${fastest}`);
  const longestGapMs = parseDuration(longestPause);
  if (longestGapMs === undefined) throw usage(`--longest-pause ${longestPause}: it wants a time, e.g. 5s`);
  const { folder, id } = await findRun(args[0] ?? '');
  const recording = readRecording(runPaths(folder), { output: output === 'ndjson' });
  if (recording.length === 0)
    throw new Problem(`Nothing is recorded of the run ${id}`, { next: [`tars-console runs discard ${id}`] });
  const replay = createReplay(recording, { speed: factor, longestGapMs });
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    replay.close();
  };
  process.once('SIGINT', interrupt);
  const printer = createLinePrinter({ print: printHints, theme: outputTheme() });
  for await (const event of replay.events)
    if (output === 'ndjson') printJson(event);
    else printer.take(event);
  process.off('SIGINT', interrupt);
  return interrupted ? exitCodes.interrupted : exitCodes.done;
}

function usage(message: string): Problem {
  return new Problem(message, { next: ['tars-console replay --help'], exitCode: exitCodes.usage });
}
