import { formatDuration } from '../../base/duration.ts';
import type { Place } from './execution.ts';
import type { RunSink } from './run-sink.ts';

/** Says that nothing has happened in a step for so many milliseconds. It goes on: silence is no failure. */
export function idleAlarm({ signal }: Pick<RunSink, 'signal'>, { id }: Place): (ms: number, last?: string) => void {
  return (ms, last) => {
    const at = new Date().toISOString();
    const text = `nothing has happened for ${formatDuration(ms)}${last ? `: ${last}` : ''}`;
    signal({ type: 'output', at, step: id, line: `! ${text}` });
    signal({ type: 'alarm', at, step: id, text });
  };
}
