import { clusterCredentials } from './environment.ts';
import type { Version } from './version.ts';

/** A program that the console starts, and all that is to be known of it beforehand. */
export interface Tool {
  name: string;
  /** What it is needed for, as the end of `helm is needed …`. */
  purpose: string;
  /** How one comes by it: a sentence or an address. */
  install: string;
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
  install: 'https://helm.sh/docs/intro/install/ (version 3.8 or newer)',
  versionArgs: ['version', '--short'],
  // The first with OCI registries on by default.
  minimum: [3, 8, 0],
  inherit: [...clusterCredentials, ...helmVariables],
};

export const kubectl: Tool = {
  name: 'kubectl',
  purpose: 'to build Kustomize folders',
  install: 'https://kubernetes.io/docs/tasks/tools/',
  versionArgs: ['version', '--client'],
  minimum: [1, 21, 0],
  inherit: clusterCredentials,
};

export const ssh: Tool = {
  name: 'ssh',
  purpose: 'to reach other hosts',
  install: 'the package openssh-client (Debian, Ubuntu) or openssh-clients (Fedora, RHEL)',
  inherit: ['SSH_AUTH_SOCK', 'SSH_AGENT_PID', 'KRB5*'],
};

const engineVariables = ['DOCKER_*', 'BUILDKIT_*', 'BUILDX_*', 'CONTAINERS_*', 'CONTAINER_HOST', 'CONTAINERD_*'];

function imageEngine(name: string, install: string): Tool {
  const purpose = 'to build and push images';
  return { name, purpose, install, inherit: [...engineVariables, 'REGISTRY_AUTH_FILE', 'NERDCTL_*'] };
}

/** Programs that build and push images, the first found wins unless the configuration names one. */
export const imageEngines: readonly Tool[] = [
  imageEngine('docker', 'https://docs.docker.com/engine/install/'),
  imageEngine('podman', 'https://podman.io/docs/installation'),
  imageEngine('nerdctl', 'https://github.com/containerd/nerdctl/releases'),
  imageEngine('buildah', 'https://github.com/containers/buildah/blob/main/install.md'),
];
