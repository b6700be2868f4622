import { clusterCredentials } from './environment.ts';
import type { Installation } from './install-line.ts';
import type { Version } from './version.ts';

/** A program that the console starts, and all that is to be known of it beforehand. */
export interface Tool {
  name: string;
  /** What it is needed for, as the end of `helm is needed …`. */
  purpose: string;
  /** How one comes by it. */
  install: Installation;
  /** How it tells its version. Absent: it is not asked. */
  versionArgs?: readonly string[];
  /** The oldest that will do. */
  minimum?: Version;
  /** Variables that it reads beside the ordinary ones; see `toolEnvironment`. */
  inherit?: readonly string[];
}

// Not HELM_KUBE…: they would send it to another cluster, or as somebody else.
const helmVariables = [
  'HELM_CACHE_HOME',
  'HELM_CONFIG_HOME',
  'HELM_DATA_HOME',
  'HELM_PLUGINS',
  'HELM_DRIVER*',
  'HELM_REGISTRY_CONFIG',
  'HELM_REPOSITORY_*',
  'HELM_MAX_HISTORY',
  'HELM_BURST_LIMIT',
  'HELM_QPS',
];

export const helm: Tool = {
  name: 'helm',
  purpose: 'to install charts',
  install: {
    page: 'https://helm.sh/docs/intro/install/',
    ...{ brew: 'helm', pacman: 'helm', apk: 'helm' },
    download:
      'curl -fsSL https://get.helm.sh/helm-v4.2.4-linux-{architecture}.tar.gz | sudo tar -xz -C /usr/local/bin --strip-components=1 linux-{architecture}/helm',
  },
  versionArgs: ['version', '--short'],
  // The first with OCI registries on by default.
  minimum: [3, 8, 0],
  inherit: [...clusterCredentials, ...helmVariables],
};

export const kubectl: Tool = {
  name: 'kubectl',
  purpose: 'to build Kustomize folders',
  install: {
    page: 'https://kubernetes.io/docs/tasks/tools/',
    ...{ brew: 'kubernetes-cli', pacman: 'kubectl', apk: 'kubectl' },
    // Distributions' packages are years behind, and a client may be one minor version away from its server.
    download:
      'curl -fL -o /tmp/kubectl https://dl.k8s.io/release/v1.36.2/bin/linux/{architecture}/kubectl && sudo install -m 755 /tmp/kubectl /usr/local/bin/kubectl',
  },
  versionArgs: ['version', '--client'],
  minimum: [1, 21, 0],
  inherit: clusterCredentials,
};

export const ssh: Tool = {
  name: 'ssh',
  purpose: 'to reach other hosts',
  install: {
    page: 'https://www.openssh.com/portable.html',
    ...{ brew: 'openssh', apt: 'openssh-client', dnf: 'openssh-clients', apk: 'openssh-client', pacman: 'openssh' },
  },
  inherit: ['SSH_AUTH_SOCK', 'SSH_AGENT_PID', 'KRB5*'],
};

const engineVariables = ['DOCKER_*', 'BUILDKIT_*', 'BUILDX_*', 'CONTAINERS_*', 'CONTAINER_HOST', 'CONTAINERD_*'];

function imageEngine(name: string, install: Installation): Tool {
  const purpose = 'to build and push images';
  const inherit = [...engineVariables, 'REGISTRY_AUTH_FILE', 'NERDCTL_*'];
  return { name, purpose, install, inherit };
}

const everywhere = (name: string) => ({ apt: name, dnf: name, apk: name, pacman: name });

/** Programs that build and push images, the first found wins unless the configuration names one. */
export const imageEngines: readonly Tool[] = [
  imageEngine('docker', {
    page: 'https://docs.docker.com/engine/install/',
    ...{
      brew: 'brew install --cask docker-desktop',
      apt: 'docker.io',
      dnf: 'moby-engine',
      apk: 'docker',
      pacman: 'docker',
    },
  }),
  imageEngine('podman', { page: 'https://podman.io/docs/installation', brew: 'podman', ...everywhere('podman') }),
  imageEngine('nerdctl', { page: 'https://github.com/containerd/nerdctl/releases', apk: 'nerdctl', pacman: 'nerdctl' }),
  imageEngine('buildah', {
    page: 'https://github.com/containers/buildah/blob/main/install.md',
    ...everywhere('buildah'),
  }),
];
