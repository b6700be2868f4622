import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { attachToFolder } from '../../../src/playbooks/runs/attach.ts';
import { eventSchema } from '../../../src/playbooks/runs/event-schema.ts';
import type { RunEvent, RunHeader } from '../../../src/playbooks/runs/events.ts';
import { discardRun, findRun, listRuns } from '../../../src/playbooks/runs/list-runs.ts';
import { createPublisher, type RunCommand } from '../../../src/playbooks/runs/publisher.ts';
import { createQuestions } from '../../../src/playbooks/runs/questions.ts';
import { createRunFolder, runPaths, runsFolder } from '../../../src/playbooks/runs/run-folder.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';

function header(id: string): RunHeader {
  return {
    ...{ id, playbook: 'tars/deploy', system: 'tars', title: 'Deploy', inputs: {}, sensitiveInputs: [], hash: 'x' },
    cluster: { context: 'sandbox', server: 'https://127.0.0.1:1', namespace: 'tars', sandbox: true },
    steps: [{ id: 'one', title: 'One', kind: 'confirm', depth: 0, group: false, equivalent: [] }],
    ...{ manifests: 'bundled', assumeYes: false, programVersion: '0', startedAt: new Date().toISOString() },
  };
}

/** A run's publisher, journal and questions in this process. */
async function openRun(name = 'deploy') {
  const { id, folder } = createRunFolder(`tars/${name}`);
  const paths = runPaths(folder);
  const commands: RunCommand[] = [];
  let act = (command: RunCommand) => void commands.push(command);
  const publisher = await createPublisher(paths.socket, [], (command) => act(command));
  const sink = createRunSink(paths, publisher.publish);
  const questions = createQuestions({ sink, assumeYes: false, interactive: true, asked: 0 });
  act = (command) => {
    commands.push(command);
    if (command.type === 'answer') questions.answer(command.id, command.answer, command.by ?? '');
  };
  sink.record({ type: 'run-started', run: header(id), pid: process.pid });
  const end = async () => {
    sink.record({ type: 'run-ended', status: 'done', exitCode: 0, summary: 'done' });
    sink.close();
    await publisher.close();
  };
  return { id, folder, paths, publisher, sink, questions, commands, end };
}

async function readAll(events: AsyncIterable<RunEvent>, onEvent: (event: RunEvent) => unknown = () => {}) {
  const all: RunEvent[] = [];
  for await (const event of events) {
    all.push(event);
    await onEvent(event);
  }
  return all;
}

test('a question over the socket waits for its answer, and everybody who is attached sees both', async () => {
  const run = await openRun();
  const [first, second] = [attachToFolder(run.id, run.folder, 'first'), attachToFolder(run.id, run.folder, 'second')];
  const asked = run.questions.ask('one', { kind: 'confirm', text: 'Go?' }, new AbortController().signal);
  const seen = Promise.all([
    readAll(first.events, async (event) => {
      if (event.type !== 'question') return;
      // What does not fit the question is passed over.
      await first.answer(event.id, { kind: 'typed', text: 'yes' });
      await first.answer(event.id, { kind: 'confirm', yes: true });
    }),
    readAll(second.events),
  ]);
  expect(await asked).toEqual({ kind: 'confirm', yes: true });
  await run.end();
  const [one, two] = await seen;
  expect(one.map(({ type }) => type)).toEqual(['run-started', 'question', 'answer', 'run-ended']);
  expect(two).toEqual(one);
  expect(one).toContainEqual(expect.objectContaining({ type: 'answer', by: 'first' }));
  for (const event of one) expect(eventSchema.safeParse(event).error).toBeUndefined();
});

test('who comes late gets everything from the beginning, and from the files when the process is gone', async () => {
  const run = await openRun();
  run.sink.record({ type: 'step-intent', step: 'one', attempt: 1 });
  run.sink.signal({ type: 'output', at: new Date().toISOString(), step: 'one', line: 'hello' });
  const late = attachToFolder(run.id, run.folder);
  const live: string[] = [];
  for await (const event of late.events) {
    live.push(event.type);
    if (event.type === 'output') break;
  }
  expect(live).toEqual(['run-started', 'step-intent', 'output']);
  await run.end();
  const replay = await readAll(attachToFolder(run.id, run.folder).events);
  expect(replay.map(({ type }) => type)).toEqual(['run-started', 'step-intent', 'run-ended']);
});

test('a run whose process is gone without an end is interrupted, cannot be told anything, and can be discarded', async () => {
  const run = await openRun('lost');
  run.sink.record({ type: 'step-intent', step: 'one', attempt: 1 });
  await run.publisher.close();
  const attached = attachToFolder(run.id, run.folder);
  const events = await readAll(attached.events);
  expect(events.map(({ type }) => type)).toEqual(['run-started', 'step-intent', 'interrupted']);
  await expect(attached.stop()).rejects.toThrow('no process');
  const listed = (await listRuns()).find(({ id }) => id === run.id);
  expect(listed).toMatchObject({ status: 'interrupted', summary: 'One', context: 'sandbox' });
  await discardRun(run.id);
  expect((await listRuns()).some(({ id }) => id === run.id)).toBe(false);
});

test('a run is found by a part of its name that fits no other, and not discarded while it goes on', async () => {
  const run = await openRun('found');
  expect((await findRun(run.id.slice(-4))).status).toBe('running');
  await expect(findRun('no-such-run')).rejects.toThrow('There is no run');
  await expect(discardRun(run.id)).rejects.toThrow('is going on');
  await run.end();
  expect((await findRun(run.id)).status).toBe('done');
  mkdirSync(runsFolder(), { recursive: true });
  rmSync(run.folder, { recursive: true });
});

test('a reader that does not read holds up nothing: it loses signals and in the end its connection', async () => {
  const run = await openRun('slow');
  const reader = connect(run.paths.socket);
  await new Promise((resolve) => reader.once('connect', resolve));
  reader.pause();
  const closed = new Promise((resolve) => reader.once('close', resolve));
  const line = 'x'.repeat(10_000);
  const started = performance.now();
  for (let count = 0; count < 2000; count += 1)
    run.publisher.publish({ type: 'output', at: new Date().toISOString(), step: 'one', line });
  expect(performance.now() - started).toBeLessThan(5000);
  await run.end();
  reader.resume();
  let heard = 0;
  reader.on('data', (chunk) => {
    heard += chunk.length;
  });
  await closed;
  expect(heard).toBeLessThan(2000 * line.length);
});
