import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/playbooks/runs/events.ts';
import { createReplay } from '../../../src/playbooks/runs/replay.ts';

const second = (at: number) => new Date(Date.UTC(2026, 10, 21, 10) + at * 1000).toISOString();
const record = (seq: number, at: number): RunEvent => ({
  ...{ v: 2, seq, at: second(at) },
  ...{ type: 'stop-requested', by: 'x' },
});
const line = (at: number): RunEvent => ({ type: 'output', at: second(at), step: 's', line: String(at) });

async function shown(replay: ReturnType<typeof createReplay>, take = (_: RunEvent, __: number) => {}) {
  const events: RunEvent[] = [];
  for await (const event of replay.events) {
    events.push(event);
    take(event, events.length);
  }
  return events;
}

test('every event is shown once and in order, in a time that the speed divides', async () => {
  const recording = [record(1, 0), line(1), record(2, 2), record(3, 4)];
  const from = performance.now();
  expect(await shown(createReplay(recording, { speed: 40 }))).toEqual(recording);
  const took = performance.now() - from;
  expect(took).toBeGreaterThan(90);
  expect(took).toBeLessThan(4000);
});

test('a long pause of the run is cut short', async () => {
  const recording = [record(1, 0), record(2, 86_400)];
  expect(await shown(createReplay(recording, { speed: 100, longestGapMs: 1000 }))).toHaveLength(2);
});

test('it pauses, goes on by records, becomes faster and slower, and can be left', async () => {
  const recording = [record(1, 0), line(1), line(2), record(2, 3600), record(3, 7200), record(4, 9000)];
  const replay = createReplay(recording, { speed: 1, longestGapMs: 10 ** 9 });
  replay.pause();
  expect(replay.paused).toBe(true);
  replay.faster();
  expect(replay.speed).toBe(2);
  replay.slower();
  replay.slower();
  expect(replay.speed).toBe(0.5);
  const seen = shown(replay, (event) => {
    // One step leads from record to record, whatever lies between and however long it took.
    if ('seq' in event && event.seq < 3) replay.step();
    if ('seq' in event && event.seq === 3) replay.close();
  });
  replay.step();
  expect(await seen).toEqual(recording.slice(0, 5));
});

test('what is changed in the middle of a pause counts at once', async () => {
  const replay = createReplay([record(1, 0), record(2, 600)], { speed: 1, longestGapMs: 10 ** 9 });
  const seen = shown(replay);
  for (let times = 0; times < 12; times += 1) replay.faster();
  expect(replay.speed).toBe(1024);
  expect(await seen).toHaveLength(2);
});
