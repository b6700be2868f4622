import { type Folder, file, folder } from './entries.ts';

export interface ImageFacts {
  hostname: string;
  address: string;
  namespace: string;
  /** Names of the programs that can be called. */
  programs: Iterable<string>;
  alpine: boolean;
  userId: number;
  /** Of process 1. */
  command: readonly string[];
}

/** The files that every image has, and those that the kubelet and the runtime put there. */
export function imageFiles(facts: ImageFacts): Folder {
  const root = folder();
  const at = (path: string): Folder => {
    let here = root;
    for (const part of path.split('/').filter((one) => one !== '')) {
      const next = here.entries.get(part);
      const below = next?.kind === 'folder' ? next : folder();
      here.entries.set(part, below);
      here = below;
    }
    return here;
  };
  const put = (path: string, text: string, mode?: number) => {
    const cut = path.lastIndexOf('/');
    at(path.slice(0, cut)).entries.set(path.slice(cut + 1), file(text, mode));
  };
  for (const path of [
    'app',
    'home',
    'mnt',
    'opt',
    'root',
    'run',
    'srv',
    'sys',
    'usr/local/bin',
    'var/lib',
    'var/log',
    'var/run',
  ])
    at(path);
  at('tmp').mode = 0o777;
  for (const name of facts.programs) put(`/bin/${name}`, '', 0o755);
  at('usr').entries.set('bin', { kind: 'link', mode: 0o777, modified: Date.now(), target: '/bin' });
  put('/dev/null', '', 0o666);
  put('/etc/hostname', `${facts.hostname}\n`);
  const hosts = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
  ];
  put('/etc/hosts', `${[...hosts, `${facts.address}\t${facts.hostname}`].join('\n')}\n`);
  const search = `${facts.namespace}.svc.cluster.local svc.cluster.local cluster.local`;
  put('/etc/resolv.conf', `search ${search}\nnameserver 10.96.0.10\noptions ndots:5\n`);
  put('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n');
  put('/etc/group', 'root:x:0:\nnogroup:x:65534:\n');
  put(
    '/etc/os-release',
    facts.alpine
      ? 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.0\nPRETTY_NAME="Alpine Linux v3.22"\n'
      : 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n',
  );
  put('/proc/1/cmdline', facts.command.join('\0'));
  put('/proc/uptime', '1000.00 8000.00\n');
  put('/proc/loadavg', '0.00 0.00 0.00 1/10 1\n');
  put('/proc/version', 'Linux version 6.8.0-sandbox\n');
  return root;
}
