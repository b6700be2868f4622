import { describe, expect, it, vi } from 'vitest';
import type { RunEntry } from '../../src/app/services.ts';
import { pressingApp } from '../support/press-keys.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 });

async function atMenu(given: Parameters<typeof pressingApp>[0] = {}) {
  const console = pressingApp(given, { choice: { sandbox: true } });
  await console.app.load();
  await until(() => expect(console.state().screen.type).toBe('dashboard'));
  return console;
}

async function withRun() {
  const console = await atMenu();
  console.press('down', 'enter');
  await until(() => expect(console.state().screen).toMatchObject({ type: 'plan', plan: expect.anything() }));
  console.press('y');
  await until(() => expect(console.state().run?.state?.run).toBeDefined());
  return { ...console, run: console.services.run('run-1') };
}

describe('the first time', () => {
  it('asks three questions, then goes through prerequisites, inputs, plan and yes to the run', async () => {
    const console = pressingApp();
    await console.app.load();
    expect(console.state().screen).toMatchObject({ type: 'welcome', step: 'system' });
    console.press('enter', 'enter');
    expect(console.services.calls).toEqual([]);
    await until(() => expect(console.state().manifestSources).toHaveLength(1));
    console.press('enter');
    await until(() =>
      expect(console.state().screen).toMatchObject({
        type: 'plan',
        playbook: 'tars/prerequisites',
        plan: expect.anything(),
      }),
    );
    expect(console.services.calls).toEqual(['connect sandbox', 'plan tars/prerequisites {}']);
    console.press('y');
    await until(() => expect(console.state().run?.state?.run).toBeDefined());
    console.services.run('run-1').send({ type: 'run-ended', status: 'done', exitCode: 0, summary: '' });
    console.press('enter');
    await until(() => expect(console.state().screen).toMatchObject({ type: 'form', form: expect.anything() }));
    console.press('up', 'enter');
    await until(() =>
      expect(console.state().screen).toMatchObject({
        type: 'plan',
        playbook: 'tars/full-deployment',
        plan: expect.anything(),
      }),
    );
    expect(console.services.calls).not.toContain('start tars/full-deployment');
    console.press('enter');
    await until(() => expect(console.services.calls).toContain('start tars/full-deployment'));
    expect(console.state().guide).toEqual([]);
  });

  it('goes back a question by esc, with the pointer on what was chosen', async () => {
    const console = pressingApp();
    await console.app.load();
    console.press('enter', 'down', 'enter', 'esc');
    expect(console.state().screen).toEqual({ type: 'welcome', step: 'cluster', index: 1 });
    console.press('esc', 'esc');
    expect(console.state().screen).toMatchObject({ step: 'system' });
    expect(console.exits()).toBe(0);
  });

  it('asks only the context that is pointed at, and nothing while the sandbox is', async () => {
    const console = pressingApp({ unreachable: ['prod'] });
    await console.app.load();
    console.press('enter', 'down', 'down');
    await until(() =>
      expect(console.state().reachability.prod).toEqual({ reachable: false, reason: 'No answer within 3 s' }),
    );
    expect(console.services.calls).toEqual(['probe prod']);
  });
});

describe('choosing', () => {
  it('takes the row that the keys say, however many come in one packet', async () => {
    const console = await atMenu();
    console.press('j', 'j', 'j', 'k', 'enter');
    expect(console.state().menu.path).toEqual([2]);
    console.press('enter');
    expect(console.state().screen).toMatchObject({ type: 'plan', playbook: 'tars/load-test' });
    await until(() => expect(console.services.calls).toContain('plan tars/load-test {"profile":"basic"}'));
  });

  it('shows a sentence for a cluster that does not answer, and stays usable', async () => {
    const runs: RunEntry[] = [
      {
        id: 'r',
        playbook: 'tars/verify',
        title: 'Verify',
        system: 'tars',
        status: 'done',
        startedAt: '2026-01-01T00:00:00Z',
        summary: '',
        cluster: { sandbox: true },
        context: 'sandbox',
      },
    ];
    const console = pressingApp({ unreachable: ['prod'], runs });
    await console.app.load();
    console.press('G', 'enter');
    await until(() =>
      expect(console.state().overlay).toMatchObject({
        type: 'problem',
        problem: { message: 'The API server of prod does not answer' },
      }),
    );
    console.press('enter', 'g', 'enter');
    await until(() => expect(console.state().session?.info.context).toBe('sandbox'));
  });

  it('filters the menu as it is typed and leads back out', async () => {
    const console = await atMenu();
    console.press('/');
    console.type('deploy a');
    console.press('enter', 'enter');
    expect(console.state().screen).toMatchObject({ type: 'plan', playbook: 'tars/deploy' });
    console.press('esc', 'esc');
    expect(console.state().filters.menu).toBe('');
  });

  it('offers a run that waits: resume, or discard after a yes', async () => {
    const waiting: RunEntry = {
      id: 'run-9',
      playbook: 'tars/deploy',
      title: 'Deploy',
      system: 'tars',
      status: 'unfinished',
      startedAt: '2026-01-01T00:00:00Z',
      summary: '',
      cluster: { sandbox: true },
      context: 'sandbox',
    };
    const console = pressingApp({ runs: [waiting] });
    await console.app.load();
    console.press('ctrl-x', 'esc');
    expect(console.services.calls).toEqual([]);
    console.press('ctrl-x', 'y');
    await until(() => expect(console.state().runs).toEqual([]));
    const other = pressingApp({ runs: [waiting] });
    await other.app.load();
    other.press('r');
    await until(() =>
      expect(other.services.calls).toEqual(expect.arrayContaining(['resume run-9', 'connect sandbox', 'follow run-9'])),
    );
  });
});

describe('a run', () => {
  it('does not start without a yes', async () => {
    const console = await atMenu();
    console.press('down', 'p');
    await until(() => expect(console.state().screen).toMatchObject({ type: 'plan', plan: expect.anything() }));
    console.press('tab', 'enter');
    expect(console.state().screen.type).toBe('dashboard');
    expect(console.services.calls.filter((call) => call.startsWith('start'))).toEqual([]);
  });

  it('is asked about before leaving, and goes on when it is left', async () => {
    const { press, exits, state, services } = await withRun();
    press('q');
    expect(state().overlay).toEqual({ type: 'leave', index: 0 });
    press('esc');
    expect(exits()).toBe(0);
    press('ctrl-c', 'enter');
    expect(exits()).toBe(1);
    expect(services.calls.some((call) => call.startsWith('stop'))).toBe(false);
  });

  it('is stopped before leaving when that is chosen', async () => {
    const { press, exits, services } = await withRun();
    press('q', 'down', 'enter');
    expect(services.calls).toContain('stop run-1');
    await until(() => expect(exits()).toBe(1));
  });

  it('asks its question over the screen, and takes the answer once', async () => {
    const { press, run, state } = await withRun();
    run.send({
      type: 'question',
      id: 'q1',
      step: 'namespace',
      question: { kind: 'failure', text: 'It failed', choices: ['retry', 'skip', 'stop'] },
    });
    expect(state().overlay).toMatchObject({ type: 'question', id: 'q1' });
    press('down', 'enter', 'enter', 'enter');
    expect(run.answers).toEqual([{ kind: 'failure', choice: 'skip' }]);
    run.send({ type: 'answer', id: 'q1', answer: { kind: 'failure', choice: 'skip' }, by: 'console' });
    expect(state().overlay).toBeUndefined();
  });

  it('wants the name typed for what destroys', async () => {
    const { press, type, run, state } = await withRun();
    run.send({
      type: 'question',
      id: 'q1',
      step: 'namespace',
      question: { kind: 'typed', text: 'Delete it?', expect: 'tars' },
    });
    type('q');
    press('enter');
    expect(run.answers).toEqual([]);
    expect(state().notice?.text).toContain('nothing was done');
    press('backspace');
    type('tars');
    press('enter');
    expect(run.answers).toEqual([{ kind: 'typed', text: 'tars' }]);
  });

  it('keeps a question for later when esc is pressed', async () => {
    const { press, run, state } = await withRun();
    run.send({
      type: 'question',
      id: 'q1',
      step: 'namespace',
      question: { kind: 'confirm', text: 'Go on?', dangerous: true },
    });
    press('esc');
    expect(state().overlay).toBeUndefined();
    press('enter');
    expect(state().overlay).toMatchObject({ type: 'question', index: 1 });
  });

  it('lets nothing else be started while it goes on', async () => {
    const { press, state, services } = await withRun();
    press('esc', 'enter');
    expect(state().notice?.text).toContain('A run is going on');
    expect(services.calls.filter((call) => call.startsWith('start'))).toHaveLength(1);
  });
});

describe('commands', () => {
  it('are completed and run by name', async () => {
    const console = await atMenu();
    console.press(':');
    console.type('run tars/de');
    console.press('tab', 'enter');
    expect(console.state().screen).toMatchObject({ type: 'plan', playbook: 'tars/deploy' });
  });

  it('change namespace and context', async () => {
    const console = await atMenu();
    console.press(':');
    console.type('ns other');
    console.press('enter');
    await until(() => expect(console.state().session?.info.namespace).toBe('other'));
    console.press(':');
    console.type('ctx kind-dev');
    console.press('enter');
    await until(() => expect(console.state().session?.info.context).toBe('kind-dev'));
    expect(console.services.calls).toContain('close sandbox');
  });

  it('say so when there is none of that name', async () => {
    const console = await atMenu();
    console.press(':');
    console.type('frobnicate');
    console.press('enter');
    expect(console.state().notice?.text).toContain('no command :frobnicate');
  });
});

describe('what is wrong in files', () => {
  const fault = [
    '.tars-console/playbooks/tars/own.yaml:3:5: error: unknown step kind `aply`',
    '  did you mean `apply`?',
  ];

  it('is told at the start, shown whole by a command, and keeps only its own playbook from running', async () => {
    const console = pressingApp();
    const catalog = await console.services.catalog();
    console.services.catalog = async () => ({ ...catalog, faults: [fault, ['b.yaml:1:1: error: x']] });
    await console.app.load();
    expect(console.state().notice?.text).toBe('There are 2 problems in playbooks or menus: :problems shows them');
    console.press('enter', 'enter');
    await until(() => expect(console.state().manifestSources).toHaveLength(1));
    console.press('enter');
    await until(() => expect(console.state().screen).toMatchObject({ type: 'plan' }));
    console.press(':');
    console.type('problems');
    console.press('enter');
    expect(console.state().screen).toMatchObject({ type: 'faults' });
    console.press('esc', ':');
    console.type('run tars/own');
    console.press('enter');
    expect(console.state().notice?.text).toBe('The playbook tars/own has faults: :problems shows them');
  });
});

describe('a run that stopped', () => {
  it('is resumed by the command, not only one whose process is gone', async () => {
    const runs: RunEntry[] = (['done', 'failed'] as const).map((status) => ({
      id: `run-${status}`,
      playbook: 'tars/verify',
      title: 'Verify',
      system: 'tars',
      status,
      startedAt: '2026-01-01T00:00:00Z',
      summary: '',
      cluster: { sandbox: true },
      context: 'sandbox',
    }));
    const console = pressingApp({ runs });
    await console.app.load();
    console.press(':');
    console.type('resume');
    console.press('enter');
    await until(() => expect(console.services.calls).toContain('resume run-failed'));
  });
});
