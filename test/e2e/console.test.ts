import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consoleTerminals } from '../support/console-terminal.ts';
import { openTerminal } from '../support/terminal.ts';

const terminals = consoleTerminals();
const { program, folder, folders, open: openConsole, run: tarsConsole } = terminals;

/** The newest run of a playbook, with the process that it began in. */
function newestRun(playbook: string): { id: string; pid: number } {
  const runs = join(folders.XDG_STATE_HOME, 'tars-console', 'runs');
  const id = readdirSync(runs).find((name) => name.includes(`-${playbook}-`)) ?? '';
  const [started = '{}'] = readFileSync(join(runs, id, 'journal.ndjson'), 'utf8').split('\n');
  return { id, pid: JSON.parse(started).pid };
}

beforeAll(() => {
  tarsConsole('sandbox', '--speed', '20');
}, 30_000);

afterEach(terminals.closeAll);

afterAll(() => {
  tarsConsole('sandbox', 'stop');
  terminals.remove();
});

describe('the console in a real terminal', { timeout: 60_000 }, () => {
  it('leads a newcomer through three questions and a plan to a finished run, and restores the terminal', async () => {
    const terminal = openConsole();
    await terminal.waitFor('Which system do you want to bring up?');
    terminal.send('enter');
    await terminal.waitFor('On which cluster?');
    terminal.send('enter');
    await terminal.waitFor('Those that come with the console');
    expect(tarsConsole('runs')).not.toContain('prerequisites');
    terminal.send('enter');
    await terminal.waitFor(/Run these \d+ steps on sandbox\?/);
    terminal.send({ text: 'y' });
    await terminal.waitFor('goes on: Full deployment', 20_000);
    terminal.send('enter');
    await terminal.waitFor('Show the plan');
    terminal.send('esc', 'ctrl-c');
    expect((await terminal.exited()).exitCode).toBe(0);
    expect(terminal.alternate()).toBe(false);
    expect(terminal.output()).toContain('\u001b[?25h');
    expect(tarsConsole('runs')).toContain('prerequisites');
  });

  it('picks the row that the keys say when they come in one packet', async () => {
    const terminal = openConsole(['--sandbox', '--system', 'tars']);
    await terminal.waitFor('❯ Full deployment');
    terminal.send(...Array.from({ length: 7 }, () => 'down' as const), 'enter');
    await terminal.waitFor('Verify deployment · ');
    terminal.send('esc');
    await terminal.waitFor('❯ Verify deployment');
    terminal.send({ text: 'gjjjj\r' });
    await terminal.waitFor('Configure secrets · ');
  });

  it('follows every size of the terminal, says when it is too small, and comes back', async () => {
    const terminal = openConsole(['--sandbox', '--system', 'tars']);
    const panes = ['T.A.R.S. ─', 'Pods', 'HPA', 'Latency'];
    await terminal.waitFor((screen) => panes.every((pane) => screen.includes(pane)));
    terminal.resize(80, 24);
    await terminal.waitFor((screen) => screen.includes('Pods') && !screen.includes('HPA') && screen.includes('q quit'));
    terminal.resize(50, 10);
    await terminal.waitFor('50x10 is too small');
    terminal.resize(120, 40);
    const screen = await terminal.waitFor((now) => panes.every((pane) => now.includes(pane)));
    expect(screen).not.toContain('too small');
  });

  it('leaves a run alone when it is quit, finds it again, and stops it when told so', async () => {
    const terminal = openConsole(['--sandbox', '--system', 'tars'], { cols: 80, rows: 24 });
    await terminal.waitFor('❯ Full deployment');
    terminal.send({ text: 'p' });
    await terminal.waitFor('Run these');
    terminal.send({ text: 'y' });
    await terminal.waitFor(/Full deployment \d+\/\d+/);
    await terminal.waitFor('Basic load test');
    terminal.send({ text: 'q' });
    await terminal.waitFor('A run is going on');
    terminal.send('enter');
    expect((await terminal.exited()).exitCode).toBe(0);
    const again = openConsole([], { cols: 80, rows: 24 });
    await again.waitFor('going on');
    again.send('enter');
    await again.waitFor(/Basic load test +\d/);
    again.send({ text: 'x' });
    await again.waitFor('Stop the run?');
    again.send({ text: 'y' });
    await again.waitFor('Stopped; it can be resumed', 20_000);
    expect(tarsConsole('runs')).toMatch(/full-deployment-\S+ +stopped/);
  });

  it('offers to resume a run whose process was killed; the terminal closed in the middle, it ends by itself', async () => {
    tarsConsole('run', 'tars/configure-secrets', '--sandbox', '--yes');
    const terminal = openConsole(['--sandbox', '--system', 'tars'], { cols: 80, rows: 24 });
    await terminal.waitFor('❯ Full deployment');
    terminal.send({ text: 'jjjjjjp' });
    await terminal.waitFor('Run these');
    terminal.send({ text: 'y' });
    await terminal.waitFor(/Deploy applications \d+\/\d+/);
    const run = newestRun('deploy');
    process.kill(run.pid, 'SIGKILL');
    await terminal.waitFor('its process is gone');
    terminal.send({ text: 'r' });
    await terminal.waitFor((screen) => !screen.includes('its process is gone') && screen.includes('x stop the run'));
    terminal.kill('SIGHUP');
    await terminal.exited();
    expect(terminal.alternate()).toBe(false);
    await expect.poll(() => tarsConsole('runs'), { timeout: 40_000, interval: 500 }).toMatch(/deploy-\S+ +done/);
    const again = openConsole([], { cols: 80, rows: 24 });
    await again.waitFor(/choose a cluster/i);
    again.send({ text: 'R' });
    await again.waitFor(/deploy-\S+ +✓ done/);
    again.send({ text: 'gg' });
    again.send('enter');
    await again.waitFor('Wait until the model server');
  });

  it('takes ten thousand characters into a field and a storm of sizes while it is open', async () => {
    const terminal = openConsole(['--sandbox', '--system', 'tars']);
    await terminal.waitFor('❯ Full deployment');
    terminal.send('enter');
    await terminal.waitFor('storageClass');
    terminal.send({ text: `\u001b[200~${'x'.repeat(10_000)}\u001b[201~` });
    await terminal.waitFor('x'.repeat(60));
    for (let size = 0; size < 40; size += 1) terminal.resize(60 + ((size * 37) % 120), 15 + ((size * 11) % 40));
    terminal.resize(100, 30);
    terminal.send({ text: '\u0015' }, 'tab');
    await terminal.waitFor((screen) => screen.includes('❯ tag') && !screen.includes('xxx') && screen.includes('PgDn'));
  });

  it('says in a sentence that a cluster does not answer, and can still be used', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, deadKubeconfig);
    const terminal = openConsole(['--system', 'tars'], { env: { KUBECONFIG: kubeconfig } });
    await terminal.waitFor('nowhere');
    // The last row makes a cluster on this machine.
    terminal.send({ text: 'G' }, 'up');
    await terminal.waitFor('not usable');
    terminal.send('enter');
    const screen = await terminal.waitFor('That did not work');
    expect(screen).not.toMatch(/ at .*\.(js|ts):\d+/);
    terminal.send('enter');
    await terminal.waitFor((now) => !now.includes('That did not work'));
    terminal.send('up', 'enter');
    await terminal.waitFor('❯ Full deployment');
  });

  it.each([
    ['TERM=dumb', { TERM: 'dumb', COLORTERM: undefined }, true],
    ['LANG=C', { LANG: 'C' }, true],
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['TERM=screen', { TERM: 'screen', COLORTERM: undefined }, false],
    ['CI', { CI: 'true' }, false],
  ])('draws with %s', async (name, env, ascii) => {
    const terminal = openConsole(['--sandbox', '--system', 'tars'], { cols: 80, rows: 24, env });
    const screen = await terminal.waitFor((now) => now.includes('Full deployment') && now.includes('Pods'));
    expect(/^[\x20-\x7e\n]*$/.test(screen), screen).toBe(ascii);
    const coloured = /\u001b\[[0-9;]*(3[0-7]|38|4[0-7]|48|9[0-7])[0-9;]*m/.test(terminal.output());
    expect(coloured).toBe(name !== 'TERM=dumb' && name !== 'NO_COLOR');
    terminal.send({ text: 'q' });
    expect((await terminal.exited()).exitCode).toBe(0);
  });

  it('restores the terminal when it is terminated', async () => {
    const terminal = openConsole(['--sandbox', '--system', 'tars']);
    await terminal.waitFor('Full deployment');
    expect(terminal.alternate()).toBe(true);
    terminal.kill('SIGTERM');
    await terminal.exited();
    expect(terminal.alternate()).toBe(false);
    expect(terminal.output()).toContain('\u001b[?2004l');
  });

  it('hands the terminal back to the shell on ctrl-z and comes back by fg', async () => {
    const shell = openTerminal('bash', ['--norc', '--noprofile', '-i'], {
      cols: 100,
      rows: 30,
      env: { ...folders, PS1: 'shell> ' },
    });
    terminals.adopt(shell);
    await shell.waitFor('shell>');
    shell.send({ text: `'${process.execPath}' '${program}' --sandbox --system tars` }, 'enter');
    await shell.waitFor('❯ Full deployment');
    shell.send('ctrl-z');
    await shell.waitFor((screen) => screen.includes('Stopped') && !shell.alternate());
    shell.send({ text: 'fg' }, 'enter');
    await shell.waitFor('❯ Full deployment');
    shell.send('down');
    await shell.waitFor('❯ Check prerequisites');
    shell.send({ text: 'q' });
    await shell.waitFor(() => !shell.alternate());
  });

  it('explains its commands without a terminal and ends with 2', () => {
    expect(() => tarsConsole()).toThrow(
      expect.objectContaining({ status: 2, stderr: expect.stringContaining('run <playbook>') }),
    );
  });
});

const deadKubeconfig = `apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{ name: nowhere, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: nobody, user: { token: x } }]
contexts: [{ name: nowhere, context: { cluster: nowhere, user: nobody } }]
`;
