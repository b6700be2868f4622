import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { createMasker } from '../../../src/base/masking.ts';
import { connect } from '../../../src/cluster/connect/connect.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import type { Answer, Question } from '../../../src/playbooks/runs/question.ts';
import { stepSchema } from '../../../src/playbooks/schema.ts';
import type { Scope, StepContext, StepKind } from '../../../src/playbooks/step-kind.ts';
import { type ClusterUnderTest, openCluster } from './cluster.ts';

export interface StepOptions {
  /** Files beside the playbook: name → text. */
  files?: Record<string, string>;
  scope?: Scope;
  secrets?: Record<string, string>;
  /** What a person answers; without it a question fails the test. */
  answer?: (question: Question) => Answer;
  timeoutMs?: number;
  /** Its id in the run. */
  step?: string;
}

/** One step of a kind on the cluster under test, as a runner would have it. */
export interface StepUnderTest {
  context: StepContext;
  folder: string;
  /** Every line that the step put out, masked as a run's sink does it. */
  said: string[];
  progress: string[];
  asked: Question[];
  /** Ends what only waits, as an interrupt does. */
  stop(): void;
}

/** The console's own connection to the cluster under test, in a namespace. */
export async function connectTo(cluster: ClusterUnderTest, namespace: string): Promise<Connection> {
  return connect({ kubeconfig: cluster.access.kubeconfig, namespace, sandbox: false });
}

/** The cluster under test with a connection to a namespace of its own, for the tests of one file; both are closed behind them. */
export async function openStepCluster(): Promise<{ cluster: ClusterUnderTest; connection: Connection }> {
  const cluster = await openCluster();
  const connection = await connectTo(cluster, await cluster.namespace());
  afterAll(async () => {
    connection.close();
    await cluster.close();
  });
  return { cluster, connection };
}

/** What a step's functions are called with. The playbook's folder, the workspace and the run's folder are one new folder. */
export function stepContext(connection: Connection, options: StepOptions = {}): StepUnderTest {
  const { files = {}, scope = {}, secrets = {}, answer } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-step-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { namespace } = connection.info;
  const playbook = { folder, file: join(folder, 'test.yaml'), system: 'test' } as Playbook;
  const masker = createMasker();
  for (const secret of Object.values(secrets)) masker.add(secret);
  const stopping = new AbortController();
  const step: StepUnderTest = {
    folder,
    said: [],
    progress: [],
    asked: [],
    stop: () => stopping.abort(new Error('the run was stopped')),
    context: {
      ...createPlanContext(
        playbook,
        namespace,
        { inputs: {}, steps: {}, system: { namespace }, ...scope },
        { workspace: folder },
      ),
      run: { id: 'test', folder },
      step: { id: options.step ?? 'step' },
      connection,
      signal: new AbortController().signal,
      waiting: stopping.signal,
      timeoutMs: options.timeoutMs ?? 30_000,
      output: (line) => void step.said.push(masker.mask(line)),
      progress: (text) => void step.progress.push(text),
      sample: () => {},
      async ask(question) {
        step.asked.push(question);
        if (!answer) throw new Error(`nobody answers: ${question.text}`);
        return answer(question);
      },
      offer: async () => false,
      secret: (name) => secrets[name],
      hide: (value) => masker.add(value),
      give(name, value) {
        masker.add(value);
        secrets[name] = value;
      },
    },
  };
  return step;
}

/** A step as it is written, read by its kind's schema: what the functions of the kind take. */
export function written<Config>(kind: StepKind<Config>, step: Record<string, unknown>): Config {
  return stepSchema(kind as StepKind).parse({ title: 'A step', ...step }) as Config;
}
