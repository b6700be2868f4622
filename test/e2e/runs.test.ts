import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consoleTerminals } from '../support/console-terminal.ts';
import type { Terminal } from '../support/terminal.ts';

const terminals = consoleTerminals();
const { folder, folders, run: tarsConsole } = terminals;
const openConsole = (...args: string[]) => terminals.open(args, { cols: 80, rows: 24 });

const files: Record<string, string> = {
  '.tars-console/menus/notes.yaml':
    'system: notes\ntitle: Notes\nitems:\n  - { title: Bring it up, playbook: notes/up }\n',
  '.tars-console/playbooks/notes/system.yaml':
    'name: notes\ntitle: Notes\ndescription: A small app.\nnamespace: notes\nworkloads: [Deployment/web]\n',
  '.tars-console/playbooks/notes/manifests/namespace.yaml':
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: notes }\n',
  '.tars-console/playbooks/notes/up.yaml': `title: Bring up Notes
steps:
  - { id: namespace, title: Create the namespace, apply: manifests/namespace.yaml }
  - { id: sure, title: Ask whether to go on, confirm: Shall it go on? }
`,
  'config/tars-console/config.yaml': "production: ['prod-*']\n",
};

beforeAll(() => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  tarsConsole('sandbox', '--speed', '20');
}, 30_000);

afterEach(terminals.closeAll);

afterAll(() => {
  tarsConsole('sandbox', 'stop');
  terminals.remove();
});

/** The plan of the only playbook of the system Notes. */
async function planned(terminal: Terminal): Promise<string> {
  await terminal.waitFor(/❯ Notes/);
  terminal.send('enter');
  await terminal.waitFor('❯ Bring it up');
  terminal.send({ text: 'p' });
  return terminal.waitFor('Run these 2 steps');
}

describe('runs in a real terminal', { timeout: 90_000 }, () => {
  it('go from a plan to the history and are shown again from there', async () => {
    const terminal = openConsole('--sandbox');
    await planned(terminal);
    await terminal.waitFor('+ Namespace/notes  create');
    terminal.send({ text: 'y' });
    await terminal.waitFor('Shall it go on?');
    terminal.send({ text: 'y' });
    await terminal.waitFor('✓ Done');
    terminal.send({ text: 'R' });
    await terminal.waitFor(/-up-\S+ +✓ done +notes +sandbox/);
    terminal.send('enter');
    await terminal.waitFor('Bring up Notes 2/2');
    terminal.send('esc');
    await terminal.waitFor('Runs 1');
    terminal.send({ text: 'p ' });
    await terminal.waitFor('replay ─');
    await terminal.waitFor('paused: space goes on');
    // One record by hand, then all the rest in a moment.
    terminal.send({ text: '.++++ ' });
    await terminal.waitFor('Replay at 16 times its speed');
    await terminal.waitFor('✓ Done');
    terminal.send('esc');
    await terminal.waitFor('Runs 1');
    terminal.send({ text: 'e' });
    await terminal.waitFor('The report is written');
    const [run = ''] = readdirSync(join(folders.XDG_STATE_HOME, 'tars-console', 'runs'));
    expect(readFileSync(join(folders.XDG_STATE_HOME, 'tars-console', 'runs', run, 'report.html'), 'utf8')).toContain(
      'Bring up Notes',
    );
  });

  it('want the name of a production context typed, which stands in the header all the time', async () => {
    const [version = ''] = readdirSync(join(folders.XDG_STATE_HOME, 'tars-console', 'sandbox'));
    const own = join(folders.XDG_STATE_HOME, 'tars-console', 'sandbox', version, 'default', 'kubeconfig');
    const text = readFileSync(own, 'utf8');
    const kubeconfig = join(folder, 'production');
    // The same server under the name of a real one, without the mark that it is a sandbox.
    const plain = text.slice(0, text.indexOf('      extensions:'));
    writeFileSync(kubeconfig, plain.replaceAll(/: sandbox$/gm, ': prod-eu'), { mode: 0o600 });
    const terminal = openConsole('--kubeconfig', kubeconfig, '--context', 'prod-eu');
    expect(await planned(terminal)).toContain('PRODUCTION  prod-eu');
    terminal.send({ text: 'y' });
    await terminal.waitFor('Type prod-eu to go on');
    terminal.send({ text: 'prod' }, 'enter');
    await terminal.waitFor('That is not "prod-eu"');
    terminal.send({ text: '-eu' }, 'enter');
    expect(await terminal.waitFor('Shall it go on?')).toContain('PRODUCTION');
    terminal.send({ text: 'y' });
    await terminal.waitFor('✓ Done');
  });

  it('are followed by a second console that meets their lock, and can be answered there', async () => {
    const [first, second] = [openConsole('--sandbox'), openConsole('--sandbox')];
    await planned(first);
    first.send({ text: 'y' });
    await first.waitFor('Shall it go on?');
    await planned(second);
    second.send({ text: 'y' });
    await second.waitFor('Another run is going on');
    second.send('enter');
    await second.waitFor('Shall it go on?');
    second.send({ text: 'y' });
    await Promise.all([first.waitFor('✓ Done'), second.waitFor('✓ Done')]);
  });
});
