import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createMasker } from '../../../src/base/masking.ts';
import { loadRun } from '../../../src/cli/run-loading.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { resolveInputs } from '../../../src/playbooks/inputs.ts';
import { acceptedPreviews } from '../../../src/playbooks/preview/accepted-previews.ts';
import { previewPlan } from '../../../src/playbooks/preview/preview-plan.ts';
import type { PreviewedPlan } from '../../../src/playbooks/preview/previewed-plan.ts';
import { readEarlier } from '../../../src/playbooks/runs/earlier.ts';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import { execute } from '../../../src/playbooks/runs/execute.ts';
import type { Execution } from '../../../src/playbooks/runs/execution.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import { createQuestions } from '../../../src/playbooks/runs/questions.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { surroundingsOf } from '../../../src/playbooks/runs/run-header.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';
import { createSensitiveInputs } from '../../../src/playbooks/runs/sensitive-inputs.ts';
import { createRunControl } from '../../../src/playbooks/runs/stopping.ts';

/** A new workspace with these files of the system `test`: name → text. */
export function workspaceOf(files: Record<string, string>): string {
  const workspace = mkdtempSync(join(tmpdir(), 'tars-console-workspace-'));
  const folder = join(workspace, '.tars-console', 'playbooks', 'test');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return workspace;
}

/** How each step ended, by its id in the run. */
export function endsOf(records: readonly RunRecord[]): Record<string, string> {
  return Object.fromEntries(
    records.flatMap((record) => (record.type === 'step-result' ? [[record.step, record.status]] : [])),
  );
}

/** Which steps did not end well and why, for a test's message. */
export function troubleOf(records: readonly RunRecord[]): string {
  const wrong = records.filter(
    (record) => record.type === 'step-result' && record.status !== 'done' && record.status !== 'skipped',
  );
  return JSON.stringify(wrong, undefined, 1);
}

export interface PlaybookUnderTest {
  plan(): Promise<PreviewedPlan>;
  /** Runs it, with a plan that was accepted; what differs from it then is asked, and fails the run. */
  run(accepted: PreviewedPlan): Promise<{ status: string; records: RunRecord[]; ms: number }>;
}

export interface UnderTestOptions {
  manifests?: string;
  /** Only these of its steps. */
  only?: readonly string[];
  /** The system that a playbook of cluster/ is run for. */
  system?: string;
  /** What is asked is agreed to, as by `--yes`; what must be typed is not. */
  assumeYes?: boolean;
}

/** A shipped playbook, or one of a workspace, on the cluster under test, in this process, in the connection's namespace. */
export async function openPlaybook(
  connection: Connection,
  ref: string,
  given: Record<string, string>,
  workspace = '/',
  { manifests = 'bundled', only, system, assumeYes = false }: UnderTestOptions = {},
): Promise<PlaybookUnderTest> {
  const loaded = loadRun({ playbook: ref, system, workspace, manifests });
  const sources = Object.entries(given).map(([name, value]) => ({ name, value, source: 'form' as const }));
  const { values: inputs, secrets } = resolveInputs(loaded.playbook, sources);
  const surroundings = await surroundingsOf(loaded, connection);
  const others = only ? loaded.playbook.steps.filter(({ id }) => !only.includes(id)) : [];
  const leftOut = new Map(others.map(({ id }) => [id, 'not in this test']));
  return {
    plan: () =>
      previewPlan({ loaded, inputs, secrets, connection, surroundings, leftOut }, new AbortController().signal),
    async run(accepted) {
      const folder = mkdtempSync(join(tmpdir(), 'tars-console-run-'));
      const paths = runPaths(folder);
      const masker = createMasker();
      const sink = createRunSink(paths, () => {}, masker);
      const execution: Execution = {
        ...loaded,
        ...{ inputs, connection, surroundings, sink, leftOut },
        // A step that a run has done is not done twice by it.
        run: { id: basename(folder), folder },
        // Nobody answers: a step that would do something else than the plan said fails.
        questions: createQuestions({ sink, assumeYes, interactive: false, asked: 0 }),
        secrets: createSensitiveInputs(loaded.playbook, secrets, masker),
        control: createRunControl(),
        earlier: readEarlier([]),
        accepted: acceptedPreviews(accepted),
      };
      const startedAt = performance.now();
      const { status } = await execute(execution);
      sink.close();
      return { status, records: readJournal(paths.journal), ms: performance.now() - startedAt };
    },
  };
}
