import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { installLine } from '../../src/tools/install-line.ts';
import { knownTools } from '../../src/tools/known-tools.ts';
import { operatingSystemOf } from '../../src/tools/operating-system.ts';

const releases = {
  debian: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  ubuntu: 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n',
  mint: "ID=linuxmint\nID_LIKE='ubuntu debian'\n",
  fedora: 'ID=fedora\nVERSION_ID=42\n',
  rocky: 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
  alpine: 'ID=alpine\n',
  arch: 'ID=arch\n',
  manjaro: 'ID=manjaro\nID_LIKE=arch\n',
  nixos: 'ID=nixos\n',
};
const packagerOf = (osRelease: string) => operatingSystemOf('linux', 'x64', { osRelease }).packager;
const lineOf = (name: string, system: ReturnType<typeof operatingSystemOf>) => {
  const tool = knownTools.find((one) => one.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return installLine(tool.install, system);
};

describe('an operating system', () => {
  it('is known by its own name, or by what it descends from', () => {
    expect(Object.fromEntries(Object.entries(releases).map(([name, text]) => [name, packagerOf(text)]))).toEqual({
      ...{ debian: 'apt', ubuntu: 'apt', mint: 'apt', fedora: 'dnf', rocky: 'dnf' },
      ...{ alpine: 'apk', arch: 'pacman', manjaro: 'pacman', nixos: 'other' },
    });
    expect(operatingSystemOf('darwin', 'arm64')).toMatchObject({ packager: 'brew', architecture: 'arm64' });
    expect(operatingSystemOf('freebsd', 'x64').packager).toBe('other');
    expect(operatingSystemOf('linux', 'x64', { osRelease: releases.debian })).toMatchObject({
      name: 'Debian GNU/Linux 12 (bookworm)',
      architecture: 'amd64',
    });
  });

  it('is one, whatever stands in its file', () => {
    fc.assert(
      fc.property(fc.string(), (osRelease) => {
        expect(['apt', 'dnf', 'apk', 'pacman', 'other']).toContain(packagerOf(osRelease));
      }),
    );
  });
});

describe('the line that installs a program', () => {
  const on = (name: keyof typeof releases, architecture = 'x64') =>
    operatingSystemOf('linux', architecture, { osRelease: releases[name] });

  it('is the package manager’s own', () => {
    const mac = operatingSystemOf('darwin', 'arm64');
    expect(lineOf('git', mac)).toBe('brew install git');
    expect(lineOf('docker', mac)).toBe('brew install --cask docker-desktop');
    expect(lineOf('podman', on('ubuntu'))).toBe('sudo apt-get install -y podman');
    expect(lineOf('docker', on('fedora'))).toBe('sudo dnf install -y moby-engine');
    expect(lineOf('kubectl', on('alpine'))).toBe('sudo apk add kubectl');
    expect(lineOf('helm', on('arch'))).toBe('sudo pacman -S --noconfirm helm');
    expect(lineOf('k6', on('rocky'))).toBe(
      'sudo dnf install -y https://dl.k6.io/rpm/repo.rpm && sudo dnf install -y k6',
    );
    expect(lineOf('locust', on('debian'))).toBe('sudo apt-get install -y pipx && pipx install locust');
  });

  it('is a download for the machine’s architecture where distributions lag behind', () => {
    expect(lineOf('kubectl', on('debian'))).toMatch(/release\/v1\.36\.\d+\/bin\/linux\/amd64\/kubectl /);
    expect(lineOf('kubectl', on('fedora', 'arm64'))).toContain('/bin/linux/arm64/kubectl ');
    expect(lineOf('helm', on('nixos', 'arm64'))).toContain('linux-arm64.tar.gz');
    expect(lineOf('helm', on('debian', 'riscv64'))).toBe('https://helm.sh/docs/intro/install/');
  });

  it('is a page where nobody packages it', () => {
    expect(lineOf('nerdctl', on('debian'))).toBe('https://github.com/containerd/nerdctl/releases');
    expect(lineOf('k6', operatingSystemOf('freebsd', 'x64'))).toMatch(/^https:/);
  });

  it('needs no sudo for root', () => {
    const root = { ...on('debian'), root: true };
    for (const { name } of knownTools) expect(lineOf(name, root)).not.toMatch(/\bsudo\b/);
    expect(lineOf('locust', root)).toBe('apt-get install -y pipx && pipx install locust');
  });

  it('leaves nothing to fill in, for every program and system', () => {
    const systems = Object.values(releases).flatMap((osRelease) =>
      ['x64', 'arm64', 's390x'].map((architecture) => operatingSystemOf('linux', architecture, { osRelease })),
    );
    for (const { name } of knownTools)
      for (const system of systems) expect(lineOf(name, system)).toMatch(/^(sudo|curl|https:)[^{}]+$/);
  });
});
