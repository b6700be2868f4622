import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { ClusterChoice } from '../../src/cluster/connection.ts';
import { deleteObject, getObject } from '../../src/cluster/objects.ts';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { chartFiles } from '../cluster/support/helm.ts';
import { deployedObjects } from './deployment.ts';

export const password = 'p4ssw0rd-of-the-parts';

const system = `name: parts
title: Parts
description: Steps of all kinds, to be interrupted.
namespace: parts
workloads: [Deployment/web]
`;

/** Steps side by side, for each item, with a rescue and with an undo; `line` cannot be looked at. */
const playbook = (helm: boolean) => `title: All parts
inputs:
  password: { description: Opens the shop, sensitive: true, generate: { bytes: 16, encoding: base64url } }
at-once: 3
steps:
  - { id: namespace, title: Make the namespace, apply: manifests/namespace.yaml }
  - id: beside
    title: Side by side
    parallel:
      - { id: note, title: Note it, file: { path: made/notes.txt, lines: [one, two] } }
      - { id: settings, title: Settings, apply: manifests/settings.yaml }
      - id: tool
        title: Run a program
        command: { run: [node, -e, "require('fs').writeFileSync('made/tool.txt', 'x')"], creates: made/tool.txt }
  - id: told
    title: What was applied is known
    file: { path: made/told.txt, content: "\${{ string(size(steps.settings.outputs.objects)) }}\\n" }
  - { id: secret, title: Make the password, secret: { name: parts, keys: { PASSWORD: password } } }
  - { id: web, title: Start the web, apply: manifests/web.yaml, wait: ready, timeout: 60s }
  - id: regions
    title: For each region
    foreach: [north, south]
    as: region
    at-once: 2
    steps:
      - id: mark
        title: Mark it
        label: { objects: ['ConfigMap/\${{ region }}'], annotations: { parts/region: '\${{ region }}' } }
      - id: say
        title: Say it
        exec: { in: Deployment/web, command: [echo, '\${{ region }}'] }
  - id: line
    title: Write a line
    command: [node, -e, "require('fs').appendFileSync('made/lines.txt', 'line ')"]
${
  helm
    ? `  - id: chart
    title: Install the chart
    helm: { release: search, chart: chart, wait: ready, if-pending: forget }
    timeout: 60s
`
    : ''
}  - id: rotate
    title: Another password
    secret:
      name: parts
      keys: { PASSWORD: { generate: { bytes: 16, encoding: hex } } }
      rotate: { keep-old: _OLD, restart: true }
  - id: doubtful
    title: Fails at first
    command: [node, -e, "process.exit(require('fs').existsSync('made/repaired.txt') ? 0 : 1)"]
    on-failure:
      rescue:
        - { id: repair, title: Repair it, file: { path: made/repaired.txt, content: repaired } }
  - id: tried
    title: Try something
    on-failure: undo
    parallel:
      - { id: extra, title: Something more, apply: manifests/extra.yaml }
      - { id: extra-note, title: A note of it, file: { path: made/extra.txt, content: extra } }
      - { id: bad, title: It cannot be, needs: [extra, extra-note], command: [node, -e, process.exit(3)] }
`;

const manifests = {
  namespace: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: parts }\n',
  settings: `apiVersion: v1
kind: ConfigMap
metadata: { name: north }
data: { colour: blue }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: south }
data: { size: large }
`,
  web: `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: nginx, envFrom: [{ secretRef: { name: parts } }] }
`,
  extra: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra }\ndata: { more: yes please }\n',
};

/** A workspace with the playbook `parts/all`. */
export function writeParts({ helm }: { helm: boolean }): string {
  const own = '.tars-console/playbooks/parts';
  const files = Object.entries(manifests).map(([name, text]) => [`${own}/manifests/${name}.yaml`, text] as const);
  const chart = Object.entries(chartFiles('1.0.0')).map(([name, text]) => [`${own}/${name}`, text] as const);
  return writeWorkspace({
    ...{ [`${own}/system.yaml`]: system, [`${own}/all.yaml`]: playbook(helm) },
    ...Object.fromEntries([...files, ...(helm ? chart : [])]),
  });
}

/** A folder with these files and one to write in. */
export function writeWorkspace(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-workspace-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'made'));
  return folder;
}

/** What the playbook has made of the cluster and of the folder, without what is another each time. */
export async function madeOf(choice: ClusterChoice, workspace: string): Promise<Record<string, unknown>> {
  const objects = await deployedObjects(choice, 'parts');
  const text = JSON.stringify(objects, (key, value) => {
    if (key === 'kubectl.kubernetes.io/restartedAt') return 'then';
    // A new password is another each time; the old one must be the first.
    if (key === 'PASSWORD') return value === Buffer.from(password).toString('base64') ? 'the first' : 'another';
    return value;
  });
  const named = Object.entries(JSON.parse(text)).filter(([name]) => !name.includes('sh.helm.release'));
  return { ...Object.fromEntries(named), ...madeFiles(workspace) };
}

export function madeFiles(workspace: string): Record<string, string> {
  const folder = join(workspace, 'made');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')) : [];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Takes all of it away again. */
export async function takeAway(choice: ClusterChoice, workspace: string): Promise<void> {
  rmSync(join(workspace, 'made'), { recursive: true, force: true });
  mkdirSync(join(workspace, 'made'));
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'parts' };
  const connection = await connect({ ...choice, namespace: 'parts' });
  try {
    await deleteObject(connection, ref);
    while (await getObject(connection, ref)) await wait(50);
  } finally {
    connection.close();
  }
}

/** How each step ended; that there was nothing left to do is as good as that it was done. */
export function endsOf(records: readonly RunRecord[]): Record<string, string> {
  const ends = new Map<string, string>();
  for (const record of records)
    if (record.type === 'step-result') ends.set(record.step, record.status === 'skipped' ? 'done' : record.status);
    else if (record.type === 'undo-result') ends.set(`${record.step} taken back`, record.status);
  return Object.fromEntries([...ends].sort());
}
