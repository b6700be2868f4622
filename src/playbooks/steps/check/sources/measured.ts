import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LoadResult } from '../../../../load/sample.ts';
import type { RunHeader } from '../../../runs/events.ts';
import { readJournalContent } from '../../../runs/journal.ts';
import { runPaths, runsFolder } from '../../../runs/run-folder.ts';
import { parseSignals } from '../../../runs/signals.ts';
import { initialRunState, type RunState, reduceRunEvents } from '../../../runs/state.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  measured: z
    .strictObject({
      playbook: z.string().min(1).describe('The playbook whose runs are looked through, e.g. `tartware/load-test`'),
      run: z.string().optional().describe('A run by its id; the newest with figures where this is empty'),
    })
    .describe(
      'What the newest load test of a playbook measured, by its records: {run, at, sandbox, context, title, scenario, scale, loop, limitedBy, stopped, seconds, requests, rps, errorRate, p50, p95, p99, max, replicas: {least, most}, outputs: {<step>: …}}; null where there is none',
    ),
});

/** The newest load test that was recorded, judged again without sending anything. */
export const measuredSource: SourceKind<z.infer<typeof schema>> = {
  key: 'measured',
  schema,
  needsCluster: () => false,
  async read({ measured: { playbook, run } }) {
    for (const id of idsOf(run)) {
      const found = measuredIn(id, playbook);
      if (found) return found;
    }
    return null;
  },
  commands: ({ measured: { run } }) => [`tars-console report${run ? ` ${shellWord(run)}` : ''} --format md`],
};

/** The runs of this user, newest first, as far as their names tell; or only the one that is asked for. */
function idsOf(wanted: string | undefined): string[] {
  const folder = runsFolder();
  if (!existsSync(folder)) return [];
  const ids = readdirSync(folder).filter((id) => !wanted || id === wanted);
  const startOf = new Map(ids.map((id) => [id, stateIn(id)?.run?.startedAt ?? '']));
  return ids.sort((one, other) => (startOf.get(other) ?? '').localeCompare(startOf.get(one) ?? ''));
}

function stateIn(id: string): RunState | undefined {
  try {
    return reduceRunEvents(initialRunState, readJournalContent(runPaths(join(runsFolder(), id)).journal).records);
  } catch {
    // A run whose records cannot be read has no figures.
    return undefined;
  }
}

function measuredIn(id: string, playbook: string) {
  const state = stateIn(id);
  const within = state?.run && placeIn(state.run, playbook);
  if (!state?.run || within === undefined) return undefined;
  const steps = state.steps.filter((one) => one.id.startsWith(within));
  const step = steps.findLast(({ outputs }) => (outputs.load as LoadResult | undefined)?.sustained);
  const load = step?.outputs.load as LoadResult | undefined;
  if (!step || !load) return undefined;
  const { sustained, scenario, scale = 1, loop, limitedBy, stopped } = load;
  const { p50, p95, p99, max } = sustained.response;
  const { seconds, requests, requestsPerSecond: rps, errorRate } = sustained;
  return {
    ...{ run: id, at: state.run.startedAt, sandbox: state.run.cluster.sandbox, context: state.run.cluster.context },
    ...{ title: step.title, scenario, scale, loop, limitedBy, stopped },
    ...{ seconds, requests, rps, errorRate, p50, p95, p99, max },
    replicas: replicasIn(id, step.id),
    outputs: Object.fromEntries(
      steps.map(({ id: name, outputs: { load: _, ...rest } }) => [name.slice(within.length), rest]),
    ),
  };
}

/** How the ids of a playbook's steps begin in a run: nothing in one of its own, `load-test/` where a deployment called it. */
function placeIn({ playbook: own, system, steps }: RunHeader, wanted: string): string | undefined {
  if (own === wanted) return '';
  const called = steps.find(({ id, kind }) => kind === 'playbook' && `${system}/${id.split('/').at(-1)}` === wanted);
  return called && `${called.id}/`;
}

/** How many pods stood ready behind what was loaded; zeros where that was not known. */
function replicasIn(id: string, step: string): { least: number; most: number } {
  const { samples } = runPaths(join(runsFolder(), id));
  const signals = existsSync(samples) ? parseSignals(readFileSync(samples, 'utf8')) : [];
  const counts = signals.flatMap((signal) =>
    signal.type === 'sample' && signal.step === step && signal.sample.replicas !== undefined
      ? [signal.sample.replicas]
      : [],
  );
  return counts.length === 0 ? { least: 0, most: 0 } : { least: Math.min(...counts), most: Math.max(...counts) };
}
