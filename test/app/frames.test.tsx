import { afterEach, describe, expect, it, vi } from 'vitest';
import { textWidth } from '../../src/ui/text.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { fakePod } from '../support/fake-services.ts';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

async function open(...given: Parameters<typeof drawScreen>) {
  screen = drawScreen(...given);
  await screen.app.load();
  return screen;
}

async function openWithRun(columns: number, rows: number) {
  const drawn = await open({ columns, rows }, {}, { choice: { sandbox: true } });
  await until('Full deployment');
  drawn.press('down', 'enter');
  await until('Run these');
  drawn.press('y');
  await until('0/4');
  const run = drawn.services.run('run-1');
  run.send({ type: 'step-intent', step: 'namespace', attempt: 1 });
  run.send({ type: 'step-result', step: 'namespace', status: 'done', ms: 1200 });
  run.send({ type: 'step-intent', step: 'deploy', attempt: 1 });
  run.send({ type: 'step-intent', step: 'deploy/databases', attempt: 1 });
  run.send({ type: 'output', at: '', step: 'deploy/databases', line: 'postgres is \u001b[31mstarting' });
  drawn.services.pods.publish({
    rows: [fakePod('tars-backend-abc'), fakePod('postgres-0', { ready: 0, status: 'Pending', severity: 'warn' })],
    total: 2,
    state: { kind: 'live', since: 0 },
    metrics: 'live',
  });
  return { ...drawn, run };
}

function expectInside(frame: string, columns: number, rows: number) {
  const lines = frame.split('\n');
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
}

describe.each([
  [80, 24],
  [120, 40],
])('at %ix%i', (columns, rows) => {
  it('asks the newcomer one question at a time, each explained', async () => {
    const drawn = await open({ columns, rows });
    await until('Which system do you want to bring up?');
    drawn.packet('\r');
    await until('On which cluster?');
    expect(drawn.frame()).toContain('kind-dev (current)');
    expect(drawn.frame()).toContain('https://10.0.0.1:6443');
    expect(drawn.frame()).toMatch(/❯ Sandbox/);
    expectInside(drawn.frame(), columns, rows);
  });

  it('shows the running step with its output, the pods, the keys and where it is', async () => {
    const drawn = await openWithRun(columns, rows);
    await until('postgres is starting');
    const frame = drawn.frame();
    expect(frame).toMatch(/✓ Create the namespace +1\.2s/);
    expect(frame).toContain('Start the databases');
    expect(frame).toContain('tars-backend-abc');
    expect(frame).toContain('[sandbox ×5] ▸ tars');
    expect(frame).toContain('1/2 ready');
    expect(frame).toContain('q quit');
    expect(frame).not.toContain('\u001b[31m');
    expectInside(frame, columns, rows);
  });

  it('lays the question of a failed step over the screen, with evidence and what to do', async () => {
    const drawn = await openWithRun(columns, rows);
    drawn.run.send({
      type: 'step-result',
      step: 'deploy/databases',
      status: 'failed',
      ms: 300_000,
      problem: {
        message: 'Deployment/postgres is not ready after 300 s',
        evidence: ['Warning FailedScheduling: no nodes'],
        next: ['Add a node'],
      },
    });
    drawn.run.send({
      type: 'question',
      id: 'q',
      step: 'deploy/databases',
      question: { kind: 'failure', text: 'What now?', choices: ['retry', 'skip', 'stop'] },
    });
    await until('A step failed');
    const frame = drawn.frame();
    for (const text of [
      'not ready after 300 s',
      'FailedScheduling',
      'Add a node',
      '❯ [ Retry ]',
      '[ Skip this step ]',
      '[ Stop the run ]',
    ])
      expect(frame).toContain(text);
    expectInside(frame, columns, rows);
  });

  it('says in the question of a check what was found and what repairs it', async () => {
    const drawn = await openWithRun(columns, rows);
    const finding = {
      title: 'The nodes have 8 cores',
      level: 'fatal' as const,
      expected: '8 cores',
      observed: '2 cores',
      repair: 'Add a node',
    };
    drawn.run.send({
      type: 'step-result',
      step: 'deploy/databases',
      status: 'not-met',
      ms: 300,
      summary: '1 not met',
      findings: [finding],
    });
    drawn.run.send({
      type: 'question',
      id: 'q',
      step: 'deploy/databases',
      question: { kind: 'failure', text: 'Check: 1 not met', choices: ['retry', 'stop'] },
    });
    await until('A step failed');
    for (const text of ['✗ The nodes have 8 cores', 'observed 2 cores, expected 8 cores', '→ Add a node'])
      expect(drawn.frame()).toContain(text);
    expectInside(drawn.frame(), columns, rows);
  });

  it('shows the guide’s summary at the end, each target ticked or crossed, and what is next', async () => {
    const drawn = await openWithRun(columns, rows);
    const figures = { p50: 142.34, p95: 238.67, p99: 456.12, max: 900, mean: 150 };
    const sustained = {
      seconds: 60,
      requests: 12_453,
      requestsPerSecond: 207.55,
      errors: 15,
      errorRate: 0.0012,
      statuses: {},
      response: figures,
      service: figures,
      cacheHitRatio: 0.7845,
    };
    const thresholds = [
      { title: 'P95 latency ≤ 250 ms', expect: '', observed: '238.67 ms', met: true },
      { title: 'Error rate ≤ 0.1 %', expect: '', observed: '0.12 %', met: false },
    ];
    const load = {
      scenario: 'basic',
      url: '',
      sustained,
      whole: sustained,
      thresholds,
      limitedBy: 'nothing',
      lagP99: 1,
      loop: 'open',
      stopped: false,
    };
    drawn.run.send({ type: 'step-result', step: 'load-test', status: 'done', ms: 90_000, outputs: { load } });
    drawn.run.send({
      type: 'run-ended',
      status: 'done',
      exitCode: 0,
      summary: 'done',
      next: ['tars-console status tars'],
    });
    await until('Load Test Summary');
    const frame = drawn.frame();
    for (const line of [
      /Total Requests +12,453/,
      /Requests\/sec +207\.55/,
      /Error Rate +0\.12%/,
      /P50 Latency +142\.34ms/,
      /P99 Latency +456\.12ms/,
      /Cache Hit Ratio +78\.45%/,
    ])
      expect(frame).toMatch(line);
    expect(frame).toMatch(/✓ P95 latency ≤ 250 ms +238\.67 ms/);
    expect(frame).toMatch(/✗ Error rate ≤ 0\.1 % +0\.12 %/);
    expect(frame).toContain('→ npx tars-console status tars');
    expectInside(frame, columns, rows);
  });

  it('shows the plan with what a step does and its commands', async () => {
    const drawn = await open({ columns, rows }, {}, { choice: { sandbox: true } });
    await until('Deploy applications');
    drawn.packet('\u001b[B\r');
    await until('Run these 4 steps on sandbox?');
    expect(drawn.frame()).toContain('What Create the namespace does and why.');
    expect(drawn.frame()).toContain('kubectl apply -f manifests/namespace.yaml');
    drawn.packet('\u001b[B\u001b[B');
    await until('manifests/deploy/databases.yaml');
    expectInside(drawn.frame(), columns, rows);
  });

  it('shows what a plan would change while it is still being looked at, and a step of it alone', async () => {
    const image = 'spec.template.spec.containers[name=backend].image';
    const fields = [{ path: image, before: 'docker.io/tars/tars-backend:1', after: 'docker.io/tars/tars-backend:2' }];
    const change = { object: 'Deployment/tars-backend', action: 'update' as const, fields };
    const step = { id: 'namespace', title: 'Create the namespace', depth: 0, group: false, skipped: undefined };
    const steps = [{ ...step, preview: { certainty: 'previewed' as const, summary: '', changes: [change] } }];
    const preview = { steps, missing: [], looked: 1, total: 3 };
    const drawn = await open({ columns, rows }, { preview }, { choice: { sandbox: true } });
    await until('Deploy applications');
    drawn.packet('\u001b[B\r');
    await until('1 of 3 steps looked at, the rest when it runs; 1 update');
    expect(drawn.frame()).toContain('~1');
    expect(drawn.frame()).toContain('~ Deployment/tars-backend  update');
    expectInside(drawn.frame(), columns, rows);
    drawn.packet('d');
    await until('+ docker.io/tars/tars-backend:2');
    expect(drawn.frame()).toContain(`~ ${image}`);
    expectInside(drawn.frame(), columns, rows);
    drawn.packet('d');
    await until('Run these 4 steps');
    drawn.packet('y');
    await until('0/4');
    expect(drawn.services.accepted).toEqual([{ namespace: steps[0]?.preview }]);
  });

  it('marks a wrong field and never shows a secret', async () => {
    const drawn = await open({ columns, rows }, {}, { choice: { sandbox: true } });
    await until('Full deployment');
    drawn.packet('\r');
    await until('Show the plan');
    drawn.packet('\u001b[Bhunter2\t');
    await until('it must have at least 32 characters');
    expect(drawn.frame()).not.toContain('hunter2');
    expectInside(drawn.frame(), columns, rows);
  });

  it('shows help from the key table', async () => {
    const drawn = await open({ columns, rows }, {}, { choice: { sandbox: true } });
    await until('Full deployment');
    drawn.packet('?');
    await until('Everywhere');
    drawn.packet('G');
    await until(':q');
    expectInside(drawn.frame(), columns, rows);
  });
});

describe('the screen', () => {
  it('says that it is too small, and comes back as it was', async () => {
    const drawn = await openWithRun(120, 40);
    drawn.resize(50, 10);
    await until('50x10 is too small');
    drawn.resize(60, 15);
    await until('Start the databases');
    expect(drawn.frame()).toContain('q quit');
  });

  it('shows the running step in its header where the run’s pane has no room', async () => {
    const drawn = await openWithRun(60, 15);
    drawn.press('tab');
    await until('Pods 2');
    expect(drawn.frame()).toContain('1/4 Start the databases');
  });

  it('writes nothing while nothing happens', async () => {
    const drawn = await open({ columns: 120, rows: 40 }, {}, { choice: { sandbox: true } });
    await until('Full deployment');
    await vi.waitFor(() => expect(drawn.state().busy).toBeUndefined());
    const before = drawn.frame();
    drawn.app.store.setState({ ...drawn.state() }, true);
    expect(drawn.frame()).toBe(before);
  });

  it('draws its own signs in ASCII where there is nothing else', async () => {
    const drawn = await open({ columns: 80, rows: 24, unicode: false }, {}, { choice: { sandbox: true } });
    await until('Full deployment');
    expect(drawn.frame().replace('×', 'x')).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
