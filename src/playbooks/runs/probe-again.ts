import type { StepDefinition } from '../model.ts';
import type { StepStatus } from './events.ts';
import { createStepContext, type Execution, type Frame } from './execution.ts';

/**
 * A step that was running when its process ended has no result. Its kind is asked whether it is done already; when it is,
 * that is its result. Undefined: it is run again.
 */
export async function probeAgain(
  execution: Execution,
  frame: Frame,
  { step, id }: { step: StepDefinition; id: string },
): Promise<{ status: StepStatus; outputs: Record<string, unknown> } | undefined> {
  const { sink, earlier, control } = execution;
  const kind = execution.stepKinds.find(({ name }) => name === step.kind);
  // Outputs of its own can only come from running it.
  if (!earlier.open.has(id) || !kind?.probe || step.outputs) return undefined;
  const startedAt = performance.now();
  const signals = { signal: control.now, waiting: control.stopping, onActivity: () => {} };
  try {
    const { done, reason } = await kind.probe(step.config, createStepContext(execution, frame, { step, id }, signals));
    const at = new Date().toISOString();
    sink.signal({
      type: 'output',
      at,
      step: id,
      line: done ? `done already: ${reason}` : `to be done again: ${reason}`,
    });
    if (!done) return undefined;
    const ms = Math.round(performance.now() - startedAt);
    sink.record({ type: 'step-result', step: id, status: 'done', summary: `done already: ${reason}`, ms });
    return { status: 'done', outputs: {} };
  } catch {
    // What cannot be found out is done again: every kind can be repeated.
    return undefined;
  }
}
