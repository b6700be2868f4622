import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Services } from '../app/services.ts';
import { createBatcher } from '../base/batcher.ts';
import { writtenReport } from '../playbooks/report/read-report.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';
import { findRun } from '../playbooks/runs/list-runs.ts';
import { readRecording } from '../playbooks/runs/recording.ts';
import { createReplay } from '../playbooks/runs/replay.ts';
import { runPaths } from '../playbooks/runs/run-folder.ts';

/** The part of the screen's services that reads what was run. */
export function createHistoryServices(): Pick<Services, 'report' | 'replay'> {
  return {
    async report(name) {
      const { run, text } = await writtenReport(name, 'html');
      const file = join(run.folder, 'report.html');
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    },
    async replay(name, receive, signal) {
      const { folder } = await findRun(name);
      const replay = createReplay(readRecording(runPaths(folder), { output: true }), { longestGapMs: 3000 });
      signal.addEventListener('abort', () => replay.close(), { once: true });
      return { steer: (how) => steer(replay, how), shown: show(replay, receive, signal) };
    },
  };
}

type Replay = ReturnType<typeof createReplay>;

function steer(replay: Replay, how: 'pause' | 'faster' | 'slower' | 'step-on') {
  if (how === 'step-on') replay.step();
  else if (how === 'faster') replay.faster();
  else if (how === 'slower') replay.slower();
  else if (replay.paused) replay.resume();
  else replay.pause();
  return { speed: replay.speed, paused: replay.paused };
}

async function show(replay: Replay, receive: (events: RunEvent[]) => void, signal: AbortSignal): Promise<void> {
  const batch = createBatcher<RunEvent>(50, receive);
  for await (const event of replay.events) batch.push(event);
  if (!signal.aborted) batch.flush();
}
