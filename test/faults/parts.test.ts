import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { attachToFolder } from '../../src/playbooks/runs/attach.ts';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { readJournal } from '../../src/playbooks/runs/journal.ts';
import type { Answer, Question } from '../../src/playbooks/runs/question.ts';
import { runPaths, runsFolder } from '../../src/playbooks/runs/run-folder.ts';
import { resumeRun } from '../../src/playbooks/runs/start.ts';
import { finishProgram } from '../cli/program-process.ts';
import { compiledProgram } from '../cluster/support/helm.ts';
import { startFastSandbox, stopSandbox } from './deployment.ts';
import { type Killed, reached, recorded, runFolders, startAndKill } from './killing.ts';
import { endsOf, madeFiles, madeOf, password, takeAway, writeParts } from './parts.ts';

const helm = compiledProgram('helm');
if (helm) process.env.TARS_CONSOLE_HELM = helm;
const sandbox = await startFastSandbox();
afterAll(async () => {
  delete process.env.TARS_CONSOLE_HELM;
  await stopSandbox();
});

const workspace = writeParts({ helm: helm !== undefined });
const given = ['--set-env', 'password=PARTS_PASSWORD'];
const env = { PARTS_PASSWORD: password };
const command = { args: ['run', 'parts/all', '--sandbox', '--yes', '--trust', ...given], env, cwd: workspace };
const alone = await leaveAlone();

test('the undisturbed run has done all of it, and has taken back what failed', () => {
  expect(Object.keys(alone.made)).toEqual(
    expect.arrayContaining(['Deployment/web', 'Secret/parts', 'lines.txt', 'repaired.txt', 'told.txt']),
  );
  expect(alone.made).toMatchObject({
    'lines.txt': 'line ',
    'Secret/parts': { data: { PASSWORD: 'another', PASSWORD_OLD: Buffer.from(password).toString('base64') } },
  });
  expect(Object.keys(alone.made)).not.toContain('extra.txt');
  expect(Object.keys(alone.made)).not.toContain('ConfigMap/extra');
  expect(alone.ends).toMatchObject({
    doubtful: 'done',
    'doubtful/rescue/repair': 'done',
    'tried/extra taken back': 'done',
  });
});

const every = process.env.FULL ? 1 : Math.ceil((alone.records - 1) / 3);
const places = Array.from({ length: Math.ceil((alone.records - 1) / every) }, (_, index) => 1 + index * every);

test.each(places)('killed after record %i and resumed, steps of all kinds end as if left alone', async (place) => {
  await endsAsLeftAlone(await startAndKill(command, ({ folder }) => reached(folder, place)));
});

const isIntent = (step: string) => (record: RunRecord) => record.type === 'step-intent' && record.step === step;

test.each([
  ['an item of a foreach', isIntent('regions/south/mark')],
  ['an installation by helm', isIntent(helm ? 'chart' : 'rotate')],
  ['a rotation', isIntent('rotate')],
  ['a rescue', isIntent('doubtful/rescue/repair')],
  ['an undo', (record: RunRecord) => record.type === 'undo-intent'],
])('killed in %s and resumed, steps of all kinds end as if left alone', async (_, place) => {
  await endsAsLeftAlone(await startAndKill(command, (run) => recorded(run, place)));
});

test('killed in what cannot be looked at, a run says so and asks, and takes a person’s word for it', async () => {
  const killed = await startAndKill(command, (run) => recorded(run, isIntent('line')));
  await endsAsLeftAlone(killed);
  const asked = readJournal(runPaths(killed.folder).journal).filter(
    (record) => record.type === 'question' && record.step === 'line',
  );
  expect(JSON.stringify(asked)).toContain('Write a line: it was running when its process ended, and nobody knows');
});

async function leaveAlone() {
  const { code, stdout, stderr } = await finishProgram(command.args, env, workspace);
  const [id = ''] = runFolders();
  const records = id === '' ? [] : readJournal(runPaths(`${runsFolder()}/${id}`).journal);
  const made = await madeOf(sandbox, workspace);
  // The last step fails, and is taken back.
  if (code !== 1) throw new Error(`the undisturbed run ended with ${code}: ${stdout}${stderr}`);
  await takeAway(sandbox, workspace);
  return { made, records: records.length, ends: endsOf(records) };
}

async function endsAsLeftAlone(killed: Killed): Promise<void> {
  const { id, folder, over, seq } = killed;
  if (!over) {
    const { stdout, stderr, code } = await finishProgram(['resume', id, '--yes', '--trust', ...given], env);
    expect({ seq, code, text: code === 1 ? '' : stdout + stderr }).toEqual({ seq, code: 1, text: '' });
    const { journal } = runPaths(folder);
    // Of what cannot be looked at a person must say what became of it.
    if (readJournal(journal).at(-1)?.type !== 'run-ended' || isAsked(stdout)) await resumeAndAnswer(killed);
  }
  expect(endsOf(readJournal(runPaths(folder).journal))).toEqual(alone.ends);
  expect(await madeOf(sandbox, workspace)).toEqual(alone.made);
  await takeAway(sandbox, workspace);
}

function isAsked(said: string): boolean {
  return /nobody knows whether it was done/.test(said);
}

/** Resumes as in a terminal, as often as something is to be said. */
async function resumeAndAnswer({ id, folder }: Killed): Promise<void> {
  const secrets = { password };
  await resumeRun(id, { secrets, interactive: true, assumeYes: true });
  const run = attachToFolder(id, folder, 'test');
  for await (const event of run.events) {
    if (event.type !== 'question' || event.question.kind === 'confirm') continue;
    // What was started is not killed with the run.
    await wait(500);
    await run.answer(event.id, answerTo(event.question));
  }
}

/** What somebody says who has looked. */
function answerTo(question: Question): Answer {
  if (question.kind === 'failure') return { kind: 'failure', choice: 'stop' };
  const done = question.text.startsWith('Write a line') && madeFiles(workspace)['lines.txt'] !== undefined;
  return { kind: 'choice', value: done ? 'done' : 'again' };
}
