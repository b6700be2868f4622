import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTool, lookForTool, requireTool, whichProgram } from '../../src/tools/find-tool.ts';
import { installLine } from '../../src/tools/install-line.ts';
import { helm } from '../../src/tools/tool.ts';
import { compareVersions, parseVersion } from '../../src/tools/version.ts';

function folderWith(name: string, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-tools-'));
  writeFileSync(join(folder, name), `#!${process.execPath}\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return folder;
}

describe('a tool', () => {
  it('is found by PATH, and only where it may be started', () => {
    const folder = folderWith('helm', '');
    const other = mkdtempSync(join(tmpdir(), 'tars-console-tools-'));
    writeFileSync(join(other, 'helm'), 'no program');
    expect(whichProgram('helm', { PATH: `${other}:relative::${folder}` })).toBe(join(folder, 'helm'));
    expect(whichProgram('helm', { PATH: other })).toBeUndefined();
  });

  it('is taken from the path that the configuration gives', () => {
    const path = join(folderWith('helm-4', ''), 'helm-4');
    expect(findTool(helm, { paths: { helm: path }, env: { PATH: '' } })).toBe(path);
    expect(() => findTool(helm, { paths: { helm: '/no/helm' } })).toThrow(/The configuration names \/no\/helm/);
  });

  it('that is missing says what it is for and how one comes by it', () => {
    expect(() => findTool(helm, { env: { PATH: '' } })).toThrow('helm is needed to install charts');
    expect(() => findTool(helm, { env: { PATH: '' } })).toThrow(
      expect.objectContaining({ next: [`Install it: ${installLine(helm.install)}`] }),
    );
  });

  it('must be new enough', async () => {
    const old = folderWith('helm', 'console.log("v3.2.4+g0ad800e")');
    const fresh = folderWith('helm', 'console.log("v4.0.1+g12500dd")');
    await expect(requireTool(helm, { env: { PATH: old } })).rejects.toThrow(
      'helm 3.2.4 is too old; 3.8.0 or newer is needed to install charts',
    );
    expect(await requireTool(helm, { env: { PATH: fresh } })).toEqual({
      path: join(fresh, 'helm'),
      version: [4, 0, 1],
    });
  });
});

describe('a tool that is looked for', () => {
  it('is described, not demanded', async () => {
    const old = folderWith('helm', 'console.log("v3.2.4+g0ad800e")');
    const install = installLine(helm.install);
    const facts = { name: 'helm', minimum: '3.8.0', install };
    expect(await lookForTool(helm, { env: { PATH: old } })).toEqual({
      ...facts,
      ...{ found: true, path: join(old, 'helm'), version: '3.2.4', enough: false },
    });
    expect(await lookForTool(helm, { env: { PATH: '' } })).toEqual({
      ...facts,
      ...{ found: false, path: '', version: '', enough: false },
    });
  });

  it('that does not answer in time is there all the same, of no known version', async () => {
    const silent = folderWith('helm', 'setInterval(() => {}, 1000)');
    const found = await lookForTool(helm, { env: { PATH: silent }, withinMs: 100 });
    expect(found).toMatchObject({ found: true, version: '', enough: true });
  });
});

describe('a version', () => {
  it('is read from what programs say about themselves', () => {
    expect(parseVersion('version.BuildInfo{Version:"v4.2", GoVersion:"go1.26.8"}')).toEqual([4, 2, 0]);
    expect(parseVersion('Client Version: v1.36.2\nKustomize Version: v5.7.1')).toEqual([1, 36, 2]);
    expect(parseVersion('OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.17')).toEqual([9, 2, 0]);
    expect(parseVersion('podman version 5.4.2')).toEqual([5, 4, 2]);
    expect(parseVersion('no numbers')).toBeUndefined();
  });

  it('is compared by its numbers, not as text', () => {
    expect(compareVersions([3, 10, 0], [3, 9, 9])).toBeGreaterThan(0);
    expect(compareVersions([1, 2, 3], [1, 2, 3])).toBe(0);
  });
});
