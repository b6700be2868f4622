import type { RunState } from './runs/state.ts';

/**
 * Index of the step that a run is at: the one that asks, else of those that run the one that needs somebody most (an alarm)
 * or stands last, else the one that failed, else the last that is over.
 */
export function currentIndex({ steps, question }: Pick<RunState, 'steps' | 'question'>): number {
  if (question) {
    const asking = steps.findIndex(({ id }) => id === question.step);
    if (asking >= 0) return asking;
  }
  const alarmed = steps.findLastIndex(({ now }) => now.status === 'running' && now.alarm !== undefined);
  if (alarmed >= 0) return alarmed;
  // Those side by side stand above it, what they hold and what holds them around them.
  const acting = steps.findLastIndex(({ now, group }) => !group && now.status === 'running');
  if (acting >= 0) return acting;
  const running = steps.findLastIndex(({ now }) => now.status === 'running');
  if (running >= 0) return running;
  const failed = steps.findLastIndex(
    ({ now, group }) => !group && (now.status === 'failed' || now.status === 'not-met'),
  );
  if (failed >= 0) return failed;
  return Math.max(
    0,
    steps.findLastIndex(({ now, group }) => !group && now.status !== 'pending' && now.status !== 'skipped'),
  );
}

/** `4/14`: how many of the steps that do something are over, and how many there are. */
export function stepCount(steps: RunState['steps']): { over: number; all: number } {
  const real = steps.filter(({ group }) => !group);
  return {
    over: real.filter(({ now }) => now.status !== 'pending' && now.status !== 'running').length,
    all: real.length,
  };
}
