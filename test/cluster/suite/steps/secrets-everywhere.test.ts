import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createMasker } from '../../../../src/base/masking.ts';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { loadPlaybookFile } from '../../../../src/playbooks/loading/load-playbook.ts';
import type { Playbook } from '../../../../src/playbooks/model.ts';
import { flattenPlaybook } from '../../../../src/playbooks/plan.ts';
import { createReport } from '../../../../src/playbooks/report/create-report.ts';
import { htmlReport } from '../../../../src/playbooks/report/html.ts';
import { markdownReport } from '../../../../src/playbooks/report/markdown.ts';
import { runLines } from '../../../../src/playbooks/run-lines.ts';
import type { RunEvent } from '../../../../src/playbooks/runs/events.ts';
import { execute } from '../../../../src/playbooks/runs/execute.ts';
import { type Execution, readEarlier } from '../../../../src/playbooks/runs/execution.ts';
import { readJournal } from '../../../../src/playbooks/runs/journal.ts';
import { createQuestions } from '../../../../src/playbooks/runs/questions.ts';
import { recordBadEnd, recordEnd } from '../../../../src/playbooks/runs/run-ending.ts';
import { runPaths } from '../../../../src/playbooks/runs/run-folder.ts';
import { createHeader, surroundingsOf } from '../../../../src/playbooks/runs/run-header.ts';
import { type RunRequest, writeRequest } from '../../../../src/playbooks/runs/run-request.ts';
import { createRunSink } from '../../../../src/playbooks/runs/run-sink.ts';
import { createSensitiveInputs } from '../../../../src/playbooks/runs/sensitive-inputs.ts';
import { initialRunState, reduceRunEvents } from '../../../../src/playbooks/runs/state.ts';
import { createRunControl } from '../../../../src/playbooks/runs/stopping.ts';
import type { StepKind } from '../../../../src/playbooks/step-kind.ts';
import { stepKinds } from '../../../../src/playbooks/steps/registry.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { openCluster } from '../../support/cluster.ts';
import { leakingSteps } from '../../support/leaking-playbooks.ts';
import { formsIn, formsOfSecret, markedSecret } from '../../support/secret-forms.ts';
import { connectTo } from '../../support/steps.ts';
import { runningPod } from '../../support/streams.ts';

const cluster = await openCluster();
const mark = markedSecret();
const leaked = Object.values(formsOfSecret(mark)).join('\n');
const folder = mkdtempSync(join(tmpdir(), 'tars-console-marked-'));
const children = join(folder, 'children.txt');
const path = process.env.PATH;
let connection: Connection;
let server: Server;
let url = '';

/** A kind that fails as a program does: with an error that nobody meant to be read, and the secret in it. */
const crash: StepKind = {
  name: 'crash',
  description: 'fails',
  shape: { crash: z.strictObject({}) },
  effects: 'none',
  async run() {
    throw new TypeError(`cannot read ${leaked}`);
  },
  equivalent: async () => [],
};

beforeAll(async () => {
  const own = await connectTo(cluster, await cluster.namespace());
  // Everything is done in earnest: a rehearsal starts no programs.
  connection = { ...own, info: { ...own.info, sandbox: false } };
  const { namespace } = connection.info;
  server = createServer((_, response) => response.end(leaked)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const env = [{ name: 'LEAK', value: leaked }];
  await runningPod(cluster, namespace, 'box', {
    env,
    command: ['sh', '-c', 'echo "$LEAK" > /tmp/leak.txt; sleep 3600'],
  });
  await runningPod(cluster, namespace, 'talks', { env, command: ['sh', '-c', 'echo "$LEAK"; sleep 3600'] });
  writeFiles();
  process.env.PATH = `${join(folder, 'bin')}${delimiter}${path}`;
}, 60_000);
afterAll(async () => {
  process.env.PATH = path;
  server.close();
  connection.close();
  await cluster.close();
});

/** The playbook's folder, and programs that say what they are called with, and everything that they should not. */
function writeFiles(): void {
  const files: Record<string, string> = {
    'leak.txt': leaked,
    'test/leak.txt': leaked,
    'test/leaky.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: leaky, labels: { leak: x } }\n',
    'test/kubeconfig': JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'box' },
      clusters: [{ name: 'box', cluster: { server: url } }],
      users: [{ name: 'box', user: { token: mark, password: Buffer.from(mark).toString('base64') } }],
      contexts: [{ name: 'box', context: { cluster: 'box', user: 'box' } }],
    }),
    'test/load.yaml': 'title: Load\ntarget: { url: "http://127.0.0.1:1/" }\nrate: 1\nduration: 1s\n',
    'test/inner.yaml': `title: Inner\ninputs: { mark: { description: The mark, sensitive: true } }\nsteps:\n  - title: Inside\n    ${leakingSteps.exec?.({ url })}\n`,
    'test/chart/Chart.yaml': 'apiVersion: v2\nname: marked\nversion: 1.0.0\n',
    'test/overlay/kustomization.yaml': 'resources: []\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'bin'));
  const script = `#!/bin/sh
tr '\\0' '\\n' < /proc/$$/cmdline >> ${children}
tr '\\0' '\\n' < /proc/$$/environ >> ${children}
case "$*" in *version*) echo 'v4.0.0 {"clientVersion":{"gitVersion":"v1.36.0"}}'; exit 0;; esac
cat ${folder}/leak.txt
cat ${folder}/leak.txt >&2
exit 1
`;
  for (const name of ['spill', 'helm', 'kubectl', 'ssh', 'docker', 'podman', 'nerdctl', 'buildah', 'skopeo']) {
    writeFileSync(join(folder, 'bin', name), script);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
}

function read(step: string, kinds: readonly StepKind[]): Playbook {
  const file = join(folder, 'test/it.yaml');
  const inputs = 'inputs: { mark: { description: The mark, sensitive: true } }';
  writeFileSync(file, `title: It\n${inputs}\nsteps:\n  - title: It\n    id: it\n    ${step}\n`);
  const roots = [{ folder, source: 'workspace' as const }];
  const { value, diagnostics } = loadPlaybookFile(file, { roots, stepKinds: kinds });
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

/** Runs one step as a runner does, and gives back every byte that was written or published, by its place. */
async function everythingOf(step: string, kinds: readonly StepKind[] = stepKinds): Promise<Record<string, string>> {
  const playbook = read(step, kinds);
  const run = { id: 'test', folder: mkdtempSync(join(tmpdir(), 'tars-console-run-')) };
  const paths = runPaths(run.folder);
  const { kubeconfig } = cluster.access;
  const request: RunRequest = {
    ...{ version: 1, id: run.id, playbook: playbook.ref, workspace: folder, inputs: {}, manifests: 'any' },
    cluster: { kubeconfig, sandbox: false },
    ...{ assumeYes: true, interactive: false, readOnly: false },
  };
  writeRequest(run.folder, request);
  const events: RunEvent[] = [];
  const sink = createRunSink(paths, (event) => void events.push(event), createMasker());
  const system = { name: 'test', namespace: connection.info.namespace, title: mark };
  const loaded = { playbook, system, manifests: undefined, workspace: folder, stepKinds: kinds };
  const surroundings = await surroundingsOf(loaded, connection);
  const execution: Execution = {
    ...{ ...loaded, run, connection, surroundings, sink, inputs: {}, control: createRunControl() },
    questions: createQuestions({ sink, assumeYes: true, interactive: false, asked: 0 }),
    secrets: createSensitiveInputs(playbook, { mark }, sink.masker),
    earlier: readEarlier([]),
    leftOut: new Map(),
  };
  const header = await createHeader(request, loaded, surroundings, { programVersion: '1', production: false });
  sink.record({ type: 'run-started', run: header, pid: process.pid });
  try {
    recordEnd(execution, header, await execute(execution));
  } catch (error) {
    recordBadEnd(execution, error);
  }
  sink.close();
  expect(flattenPlaybook(playbook).length).toBeGreaterThan(0);
  return {
    ...filesOf(run.folder),
    ...shownOf(paths.journal, events),
    children: existsSync(children) ? readFileSync(children, 'utf8') : '',
  };
}

function filesOf(place: string): Record<string, string> {
  return Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]));
}

function shownOf(journal: string, events: RunEvent[]): Record<string, string> {
  const state = reduceRunEvents(initialRunState, events);
  const theme = createTheme({ color: 0, unicode: true });
  const screen = { state, pointed: 0, focused: true, width: 400, height: 200, spinner: '*', now: Date.now(), theme };
  const report = createReport({ records: readJournal(journal), signals: [], status: 'done', faults: [] });
  if (!report) throw new Error('there is no report');
  return {
    socket: events.map((event) => JSON.stringify(event)).join('\n'),
    screen: runLines(screen).join('\n'),
    'report.html': htmlReport(report),
    'report.md': markdownReport(report),
    'report.json': JSON.stringify(report),
  };
}

it('there is a step that leaks for every kind', () => {
  expect(stepKinds.map(({ name }) => name).filter((name) => leakingSteps[name] === undefined)).toEqual([]);
});

it('what is searched would be found', () => {
  for (const [form, text] of Object.entries(formsOfSecret(mark)))
    expect(formsIn(`around ${text} around`, mark).length, form).toBeGreaterThan(0);
});

it.each(stepKinds.map(({ name }) => name))('a secret that goes through %s is written nowhere', async (name) => {
  const everything = await everythingOf(leakingSteps[name]?.({ url }) ?? '');
  const found = Object.entries(everything).flatMap(([place, text]) =>
    formsIn(text, mark).map((form) => `${place}: ${form}`),
  );
  expect(found).toEqual([]);
  // Where nothing was masked, nothing would have leaked, and the test would see nothing.
  expect(everything.socket).toContain('••••');
});

it('an error that nobody meant to be read is masked like everything else', async () => {
  const everything = await everythingOf('crash: {}', [...stepKinds, crash]);
  expect(Object.values(everything).flatMap((text) => formsIn(text, mark))).toEqual([]);
  expect(everything.socket).toContain('cannot read ••••');
});
