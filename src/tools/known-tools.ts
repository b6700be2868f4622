import type { Installation } from './install-line.ts';
import { helm, imageEngines, kubectl, ssh, type Tool } from './tool.ts';

const page = (address: string): Installation => ({ page: address });

/** Repositories are cloned with it. */
export const git: Tool = {
  name: 'git',
  purpose: 'to clone repositories',
  install: {
    ...page('https://git-scm.com/downloads'),
    ...{ brew: 'git', apt: 'git', dnf: 'git', apk: 'git', pacman: 'git' },
  },
  versionArgs: ['--version'],
  // Where its credentials come from is its own affair.
  inherit: ['SSH_AUTH_SOCK', 'GIT_CONFIG_GLOBAL', 'GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSL_CAINFO'],
};

const k6: Tool = {
  name: 'k6',
  purpose: 'to run scripts of k6; the built-in load test needs none',
  install: {
    ...page('https://grafana.com/docs/k6/latest/set-up/install-k6/'),
    brew: 'k6',
    apt: 'curl -fsSL https://dl.k6.io/key.gpg | sudo gpg --dearmor -o /usr/share/keyrings/k6-archive-keyring.gpg && echo "deb [signed-by=/usr/share/keyrings/k6-archive-keyring.gpg] https://dl.k6.io/deb stable main" | sudo tee /etc/apt/sources.list.d/k6.list && sudo apt-get update && sudo apt-get install -y k6',
    dnf: 'sudo dnf install -y https://dl.k6.io/rpm/repo.rpm && sudo dnf install -y k6',
  },
  versionArgs: ['version'],
};

const helmfile: Tool = {
  name: 'helmfile',
  purpose: 'to keep lists of releases; the order of ours needs none',
  install: {
    ...page('https://helmfile.readthedocs.io/en/stable/#installation'),
    ...{ brew: 'helmfile', pacman: 'helmfile' },
    download:
      'curl -fsSL https://github.com/helmfile/helmfile/releases/download/v1.1.0/helmfile_1.1.0_linux_{architecture}.tar.gz | sudo tar -xz -C /usr/local/bin helmfile',
  },
  versionArgs: ['version', '--output', 'short'],
};

// Distributions' own Python refuses what pip would put into it (PEP 668), so that pipx gives it a place of its own.
const locust: Tool = {
  name: 'locust',
  purpose: 'to run scripts of Locust; the built-in load test needs none',
  install: {
    ...page('https://docs.locust.io/en/stable/installation.html'),
    brew: 'locust',
    apt: 'sudo apt-get install -y pipx && pipx install locust',
    dnf: 'sudo dnf install -y pipx && pipx install locust',
    apk: 'sudo apk add pipx && pipx install locust',
    pacman: 'sudo pacman -S --noconfirm python-pipx && pipx install locust',
  },
  versionArgs: ['--version'],
};

const engine = ['DOCKER_*', 'CONTAINER_HOST', 'CONTAINERS_*', 'PODMAN_*'];
const architecture = '{architecture}';

/** Programs that make a cluster on this machine. */
export const localClusterTools: readonly Tool[] = [
  {
    name: 'kind',
    purpose: 'to make a cluster whose nodes are containers',
    install: {
      ...page('https://kind.sigs.k8s.io/docs/user/quick-start/#installation'),
      ...{ brew: 'kind', pacman: 'kind' },
      download: `curl -fL -o /tmp/kind https://kind.sigs.k8s.io/dl/v0.32.0/kind-linux-${architecture} && sudo install -m 755 /tmp/kind /usr/local/bin/kind`,
    },
    versionArgs: ['--version'],
    minimum: [0, 20, 0],
    inherit: [...engine, 'KIND_EXPERIMENTAL_*'],
  },
  {
    name: 'k3d',
    purpose: 'to make a small cluster of k3s in containers',
    install: {
      ...page('https://k3d.io/stable/#installation'),
      ...{ brew: 'k3d', pacman: 'k3d' },
      download: `curl -fL -o /tmp/k3d https://github.com/k3d-io/k3d/releases/download/v5.8.3/k3d-linux-${architecture} && sudo install -m 755 /tmp/k3d /usr/local/bin/k3d`,
    },
    versionArgs: ['--version'],
    minimum: [5, 0, 0],
    inherit: [...engine, 'K3D_*'],
  },
  {
    name: 'minikube',
    purpose: 'to make a cluster in a container or a virtual machine',
    install: {
      ...page('https://minikube.sigs.k8s.io/docs/start/'),
      ...{ brew: 'minikube', pacman: 'minikube' },
      download: `curl -fL -o /tmp/minikube https://storage.googleapis.com/minikube/releases/latest/minikube-linux-${architecture} && sudo install -m 755 /tmp/minikube /usr/local/bin/minikube`,
    },
    versionArgs: ['version', '--short'],
    minimum: [1, 30, 0],
    inherit: [...engine, 'MINIKUBE_*'],
  },
];

/** Every program that a check may look for. */
export const knownTools: readonly Tool[] = [
  ...[kubectl, helm, helmfile, git, k6, locust],
  ...localClusterTools,
  { ...ssh, versionArgs: ['-V'] },
  ...imageEngines.map((engine) => ({ ...engine, versionArgs: ['--version'] })),
];
