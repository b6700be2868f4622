import { readFileSync } from 'node:fs';

/** Who packages programs for a machine; `other` where nothing that we know does. */
export type Packager = 'brew' | 'apt' | 'dnf' | 'apk' | 'pacman' | 'other';

/** What the lines that install something depend on. */
export interface OperatingSystem {
  packager: Packager;
  /** As it calls itself, e.g. `Debian GNU/Linux 12 (bookworm)`. */
  name: string;
  /** As download addresses name it: `linux`, `darwin`. */
  platform: string;
  /** As download addresses name it: `amd64`, `arm64`. */
  architecture: string;
  /** No `sudo` is needed, and often there is none. */
  root: boolean;
}

const packagers: readonly (readonly [packager: Packager, ids: readonly string[]])[] = [
  ['apt', ['debian', 'ubuntu']],
  ['dnf', ['fedora', 'rhel', 'centos', 'amzn']],
  ['apk', ['alpine']],
  ['pacman', ['arch']],
];

/** Node's names where those of download addresses differ. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm: 'arm', loong64: 'loong64' };

/**
 * What a machine is, by Node's names of its platform and architecture and the text of its `/etc/os-release` (`ID`, and `ID_LIKE`
 * for what descends from another; https://www.freedesktop.org/software/systemd/man/latest/os-release.html).
 */
export function operatingSystemOf(
  platform: string,
  architecture: string,
  { osRelease = '', root = false }: { osRelease?: string; root?: boolean } = {},
): OperatingSystem {
  const facts = new Map(
    [...osRelease.matchAll(/^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))\s*$/gm)].map(([, key, ...values]) => [
      key,
      values.find((value) => value !== undefined) ?? '',
    ]),
  );
  const ids = `${facts.get('ID') ?? ''} ${facts.get('ID_LIKE') ?? ''}`.split(' ');
  const found = packagers.find(([, known]) => known.some((id) => ids.includes(id)))?.[0];
  return {
    packager: platform === 'darwin' ? 'brew' : platform === 'linux' ? (found ?? 'other') : 'other',
    name: facts.get('PRETTY_NAME') ?? (platform === 'darwin' ? 'macOS' : platform),
    platform,
    architecture: architectures[architecture] ?? architecture,
    root,
  };
}

let known: OperatingSystem | undefined;

/** The machine that this program runs on. */
export function thisOperatingSystem(): OperatingSystem {
  known ??= operatingSystemOf(process.platform, process.arch, {
    osRelease: readOsRelease(),
    root: process.getuid?.() === 0,
  });
  return known;
}

function readOsRelease(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release'])
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // The other place counts then.
    }
  return '';
}
