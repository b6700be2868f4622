import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/playbooks/runs/events.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import { openJournalFile } from '../../../src/playbooks/runs/journal-file.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';
import { takeSocket } from '../../../src/playbooks/runs/take-socket.ts';

const newPaths = () => runPaths(mkdtempSync(join(tmpdir(), 'tars-console-sink-')));
const at = '2026-11-21T10:00:00.000Z';

test('a secret that is a word of the records or a step’s name leaves them readable, and is hidden in all values', () => {
  const paths = newPaths();
  const sink = createRunSink(paths, () => {});
  for (const secret of ['step-result', 'done', 'database', '12345678']) sink.masker.add(secret);
  const step = { id: 'database', title: 'Start', kind: 'act', depth: 0, group: false, equivalent: [] };
  const header = {
    ...{ id: 'run', playbook: 'a/b', system: 'a', title: 'T', inputs: { name: 'database' }, sensitiveInputs: [] },
    cluster: { context: 'c', server: 's', namespace: 'n', sandbox: true },
    ...{ steps: [step], hash: 'h', manifests: 'm', assumeYes: false, programVersion: '1', startedAt: at },
  };
  sink.record({ type: 'run-started', pid: 1, run: header });
  sink.record({ type: 'step-intent', step: 'database', attempt: 1, before: { 'database-key': 'database' } });
  const outputs = { pin: 12345678, port: 8080, text: 'x12345678y' };
  sink.record({ type: 'step-result', step: 'database', status: 'done', ms: 12345678, summary: 'is done', outputs });
  sink.close();
  const [started, intent, result] = readJournal(paths.journal);
  expect(started).toMatchObject({ run: { steps: [{ id: 'database' }], inputs: { name: '••••••' } } });
  expect(intent).toMatchObject({ type: 'step-intent', step: 'database', before: { '••••••-key': '••••••' } });
  expect(result).toMatchObject({ type: 'step-result', step: 'database', status: 'done', ms: 12345678 });
  expect(result).toMatchObject({ summary: 'is ••••••', outputs: { pin: '••••••', port: 8080, text: 'x••••••y' } });
});

test('what undoing needs is kept character by character, but for its secrets', () => {
  const paths = newPaths();
  const sink = createRunSink(paths, () => {});
  sink.masker.add('correct-horse');
  const before = { Makefile: 'all:\n\tmake\r\n', key: 'correct-horse', split: 'correct\u001b[31m-horse' };
  sink.record({ type: 'step-intent', step: 's', attempt: 1, before });
  sink.close();
  const [intent] = readJournal(paths.journal);
  expect(intent).toMatchObject({ before: { Makefile: before.Makefile, key: '••••••', split: '••••••' } });
});

test('a secret is hidden in output although colours stand in it, or it holds what cannot be drawn', () => {
  const paths = newPaths();
  const seen: RunEvent[] = [];
  const sink = createRunSink(paths, (event) => seen.push(event));
  sink.masker.add('correct-horse');
  sink.masker.add('with\ttab-and-bell\u0007');
  for (const line of ['correct\u001b[31m-horse', 'a with\ttab-and-bell\u0007 b'])
    sink.signal({ type: 'output', at, step: 's', line });
  sink.close();
  expect(seen.map((event) => event.type === 'output' && event.line)).toEqual(['••••••', 'a •••••• b']);
  expect(readFileSync(paths.output, 'utf8')).not.toMatch(/horse|bell/);
});

test('whoever watches is told when a record cannot be written, once; output that cannot be written stops nothing', () => {
  const paths = newPaths();
  const seen: RunEvent[] = [];
  let broken = 0;
  const sink = createRunSink(paths, (event) => seen.push(event), undefined, {
    onBroken: () => {
      broken += 1;
    },
    open: (path) => ({
      ...openJournalFile(path),
      write() {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      },
    }),
  });
  let acted = false;
  const act = () => {
    sink.record({ type: 'step-intent', step: 's', attempt: 1 });
    acted = true;
  };
  expect(act).toThrow('no space is left on the disk');
  expect(act).toThrow('no space is left on the disk');
  sink.signal({ type: 'output', at, step: 's', line: 'still said' });
  sink.close();
  expect({ acted, broken }).toEqual({ acted: false, broken: 1 });
  expect(seen.map(({ type }) => type)).toEqual(['interrupted', 'output']);
  expect(seen[0]).toMatchObject({ reason: 'The run cannot be written down: no space is left on the disk' });
});

test('of several processes that take a run in the same moment one gets it', async () => {
  const { socket } = newPaths();
  const servers = Array.from({ length: 6 }, () => createServer());
  const taken = await Promise.allSettled(servers.map((server) => takeSocket(socket, server)));
  const refused = taken.flatMap((one) => (one.status === 'rejected' ? [String(one.reason.message)] : []));
  expect(refused).toEqual(Array.from({ length: 5 }, () => 'This run is going on in another process'));
  for (const server of servers) if (server.listening) server.close();
});
