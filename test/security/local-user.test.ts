import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveConsent } from '../../src/playbooks/consent.ts';
import { createRunFolder } from '../../src/playbooks/runs/run-folder.ts';
import { makeSocketFolder } from '../../src/playbooks/runs/socket-path.ts';
import { toolEnvironment } from '../../src/tools/environment.ts';
import { runTool } from '../../src/tools/run-tool.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tars-console-local-'));
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
});
afterEach(() => vi.unstubAllEnvs());

describe('another user of the same machine', () => {
  it('can neither read nor enter what a run keeps, whatever the umask', () => {
    const umask = process.umask(0);
    try {
      const run = createRunFolder('tars/deploy');
      giveConsent({ hash: 'x', workspace: '/', playbook: 'a/b', steps: [] });
      expect(modeOf(run.folder)).toBe(0o700);
      expect(modeOf(join(folder, 'state', 'tars-console', 'runs'))).toBe(0o700);
      const trusted = join(folder, 'state', 'tars-console', 'trusted');
      expect([trusted, ...readdirSync(trusted).map((name) => join(trusted, name))].map(modeOf)).toEqual([0o700, 0o600]);
    } finally {
      process.umask(umask);
    }
  });

  it('cannot look into the folder of the sockets, nor lead it elsewhere', () => {
    const open = join(folder, 'sockets');
    mkdirSync(open);
    chmodSync(open, 0o777);
    makeSocketFolder(join(open, 'run-1'));
    expect(modeOf(open)).toBe(0o700);
    symlinkSync(open, join(folder, 'link'));
    expect(() => makeSocketFolder(join(folder, 'link', 'run-1'))).toThrow('cannot be reached there safely');
  });
});

it('a child gets the variables that are named, and nothing else of ours', async () => {
  vi.stubEnv('JWT_SECRET', 'very secret');
  vi.stubEnv('TARS_CONSOLE_PRODUCTION', 'prod-*');
  const { stdout } = await runTool('/usr/bin/env', [], { env: toolEnvironment() });
  const names = stdout.split('\n').flatMap((line) => (line.includes('=') ? [line.slice(0, line.indexOf('='))] : []));
  const known =
    /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|XDG_\w+|SSL_CERT_(FILE|DIR)|(\w+_(PROXY|proxy)))$/;
  expect(names.filter((name) => !known.test(name))).toEqual([]);
  expect(names).toContain('PATH');
  expect(stdout).not.toContain('very secret');
});
