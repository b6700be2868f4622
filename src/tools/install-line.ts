import { type OperatingSystem, type Packager, thisOperatingSystem } from './operating-system.ts';

/**
 * How one comes by a program: the name of a package, or a whole command line where a package of that name would not do, by who
 * packages for a machine. `download` fits every Linux, with `{platform}` and `{architecture}` in it. Else `page` has to do.
 */
export interface Installation extends Partial<Record<Packager, string>> {
  page: string;
  download?: string;
}

const commands: Readonly<Record<Exclude<Packager, 'other'>, string>> = {
  brew: 'brew install',
  apt: 'sudo apt-get install -y',
  dnf: 'sudo dnf install -y',
  apk: 'sudo apk add',
  pacman: 'sudo pacman -S --noconfirm',
};

/** The exact line that installs a program on this machine, or the page that says how. */
export function installLine(
  installation: Installation,
  system: Pick<OperatingSystem, 'packager' | 'platform' | 'architecture' | 'root'> = thisOperatingSystem(),
): string {
  const { packager, platform, architecture, root } = system;
  const own = installation[packager];
  const line =
    own !== undefined && packager !== 'other'
      ? isLine(own)
        ? own
        : `${commands[packager]} ${own}`
      : platform === 'linux' && /^(amd64|arm64)$/.test(architecture)
        ? installation.download
        : undefined;
  if (line === undefined) return installation.page;
  const filled = line.replaceAll('{platform}', platform).replaceAll('{architecture}', architecture);
  return root ? filled.replace(/(^|[|;&] *)sudo /g, '$1') : filled;
}

/** Package names, maybe several, have no words that only a command has. */
function isLine(text: string): boolean {
  return /(^|\s)(sudo|brew|pipx|curl)\s/.test(text);
}
