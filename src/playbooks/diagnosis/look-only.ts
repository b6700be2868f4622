import { resolveInputs } from '../inputs.ts';
import { readEarlier } from '../runs/earlier.ts';
import type { RunRecord } from '../runs/events.ts';
import { execute } from '../runs/execute.ts';
import type { Execution } from '../runs/execution.ts';
import type { LoadedRun } from '../runs/loaded-run.ts';
import { createQuestions } from '../runs/questions.ts';
import { createSensitiveInputs } from '../runs/sensitive-inputs.ts';
import { createRunControl } from '../runs/stopping.ts';
import { createMemorySink } from './memory-sink.ts';

export interface Looking extends Pick<Execution, 'connection' | 'surroundings'> {
  signal: AbortSignal | undefined;
}

/** Goes through the steps of a playbook that only looks, without a run: what a run would write down of it, in memory alone. */
export async function lookOnly(
  loaded: LoadedRun,
  { connection, surroundings, signal }: Looking,
): Promise<readonly RunRecord[]> {
  const { playbook } = loaded;
  const sink = createMemorySink();
  const control = createRunControl();
  const leave = () => control.stopNow();
  signal?.addEventListener('abort', leave, { once: true });
  const { values, secrets } = resolveInputs(playbook, []);
  try {
    await execute({
      ...loaded,
      ...{ inputs: values, connection, surroundings, sink, control },
      run: { id: 'diagnosis', folder: '' },
      questions: createQuestions({ sink, assumeYes: false, interactive: false, asked: 0 }),
      secrets: createSensitiveInputs(playbook, secrets, sink.masker),
      earlier: readEarlier([]),
      leftOut: new Map(),
    });
  } finally {
    signal?.removeEventListener('abort', leave);
  }
  return sink.records;
}
