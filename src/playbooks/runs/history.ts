import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../configuration/settings.ts';
import { isUnfinished, listRuns, type RunSummary } from './list-runs.ts';
import { runsFolder } from './run-folder.ts';

/** How much of what was run is kept; what is unfinished is never taken away by itself. */
export interface HistoryLimits {
  runs: number;
  bytes: number;
}

const usualLimits: HistoryLimits = { runs: 200, bytes: 500 * 1024 * 1024 };

/** The limits, with what the user has set. Throws `Problem` for settings that have faults. */
export function historyLimits(): HistoryLimits {
  return { ...usualLimits, bytes: loadSettings().historySize ?? usualLimits.bytes };
}

/**
 * Takes the oldest finished runs away until the history is within its limits, and folders that hold nothing. What goes on or
 * can be gone on with stays, however old. Returns the runs that went.
 */
export async function pruneHistory(limits: HistoryLimits = historyLimits()): Promise<RunSummary[]> {
  removeEmptyFolders();
  const runs = await listRuns();
  const sizes = new Map(runs.map(({ id, folder }) => [id, bytesOf(folder)]));
  let count = runs.length;
  let bytes = [...sizes.values()].reduce((sum, one) => sum + one, 0);
  const gone: RunSummary[] = [];
  for (const run of runs.toReversed()) {
    if (count <= limits.runs && bytes <= limits.bytes) break;
    if (run.status !== 'done' || isUnfinished(run)) continue;
    rmSync(run.folder, { recursive: true, force: true });
    count -= 1;
    bytes -= sizes.get(run.id) ?? 0;
    gone.push(run);
  }
  return gone;
}

/** What the history takes up. */
export async function historySize(): Promise<{ runs: number; bytes: number }> {
  const runs = await listRuns();
  return { runs: runs.length, bytes: runs.reduce((sum, { folder }) => sum + bytesOf(folder), 0) };
}

// A run is begun by making its folder; one that stayed empty was killed in that moment.
function removeEmptyFolders(): void {
  const runs = runsFolder();
  if (!existsSync(runs)) return;
  for (const name of readdirSync(runs)) {
    const folder = join(runs, name);
    const found = statSync(folder, { throwIfNoEntry: false });
    if (!found?.isDirectory() || Date.now() - found.mtimeMs < 60_000) continue;
    try {
      rmdirSync(folder);
    } catch {
      // It holds something.
    }
  }
}

function bytesOf(folder: string): number {
  try {
    return readdirSync(folder).reduce(
      (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  } catch {
    return 0;
  }
}
