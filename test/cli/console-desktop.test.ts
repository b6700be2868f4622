import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { copyToTerminal, openUrl } from '../../src/cli/console-desktop.ts';

describe('copying', () => {
  const copied = (env: NodeJS.ProcessEnv) => {
    const written: string[] = [];
    const said = copyToTerminal('127.0.0.1 tars.local', { env, write: (bytes) => written.push(bytes) });
    return { said, written: written.join('') };
  };

  it('goes to the clipboard of the terminal by OSC 52, through GNU screen in its wrapping', () => {
    const code = `\x1b]52;c;${Buffer.from('127.0.0.1 tars.local').toString('base64')}\x07`;
    expect(copied({ TERM: 'xterm-256color' }).written).toBe(code);
    expect(copied({ TERM: 'screen.xterm' }).written).toBe(`\x1bP${code}\x1b\\`);
    expect(copied({ TERM: 'screen', TMUX: '/tmp/x' })).toEqual({
      written: code,
      said: expect.stringContaining('set-clipboard on'),
    });
  });

  it('is said where it may not have worked', () => {
    expect(copied({ TERM: 'xterm' }).said).toContain('not every terminal allows that');
    expect(copied({ TERM: 'linux' }).said).toContain('no clipboard');
    expect(copied({ TERM: 'xterm', TERM_PROGRAM: 'Apple_Terminal' }).said).toContain('does not let programs copy');
  });
});

describe('opening a URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-open-'));
  const log = join(folder, 'opened');
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s|' "$#" "$1" "$SECRET" > '${log}'\n`);
  chmodSync(join(folder, 'xdg-open'), 0o755);
  const env = { PATH: `${folder}:/bin:/usr/bin`, SECRET: 'mine' };

  it('is one argument of the desktop’s own program, which gets nothing else of ours', async () => {
    const url = "http://tars.local:41000/a?b=$(id)&c='d'";
    expect(await openUrl(url, { env: { ...env, DISPLAY: ':0' }, platform: 'linux' })).toBe(`Opening ${url}`);
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toBe(`1|${url}||`), { timeout: 3000 });
  });

  it('is only shown where there is no display, over SSH on a Mac, and for what is no web page', async () => {
    const url = 'https://tars.local/';
    expect(await openUrl(url, { env, platform: 'linux' })).toBe(`No browser can be opened from here; open ${url}`);
    expect(await openUrl(url, { env: { ...env, SSH_CONNECTION: 'x' }, platform: 'darwin' })).toContain('open https');
    expect(await openUrl('file:///etc/passwd', { env: { ...env, DISPLAY: ':0' } })).toContain('no URL of a web server');
  });
});
