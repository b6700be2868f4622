import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/cluster/connect/connect.ts';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import type { Question } from '../../../src/playbooks/runs/question.ts';
import type { Scope, StepContext } from '../../../src/playbooks/step-kind.ts';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';

export interface StepBench {
  api: TestApiServer;
  context: StepContext;
  /** Everything that the step said. */
  said: string[];
  hidden: string[];
  asked: Question[];
  close(): Promise<void>;
}

export interface BenchOptions {
  files?: Record<string, string>;
  scope?: Scope;
  secrets?: Record<string, string>;
  /** What is typed into a question. */
  typed?: string;
}

/** What a step needs, on the sandbox's API server, in the namespace `tars`. */
export async function openBench({
  files = {},
  scope = {},
  secrets = {},
  typed = '',
}: BenchOptions = {}): Promise<StepBench> {
  const api = await startTestApiServer();
  await api.client.create('/api/v1/namespaces', { metadata: { name: 'tars' } });
  const connection = await connect({
    kubeconfig: api.kubeconfig,
    context: 'sandbox',
    namespace: 'tars',
    sandbox: true,
  });
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-step-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const playbook = { folder, file: join(folder, 'test.yaml'), system: 'tars' } as Playbook;
  const said: string[] = [];
  const hidden: string[] = [];
  const asked: Question[] = [];
  const signal = new AbortController().signal;
  const whole = { inputs: {}, steps: {}, system: { namespace: 'tars' }, ...scope };
  return {
    api,
    said,
    hidden,
    asked,
    context: {
      ...createPlanContext(playbook, 'tars', whole),
      run: { id: 'test', folder },
      step: { id: 'step' },
      connection,
      signal,
      waiting: signal,
      timeoutMs: 5000,
      output: (line) => void said.push(line),
      progress: (text) => void said.push(text),
      sample: () => {},
      async ask(question) {
        asked.push(question);
        return question.kind === 'typed' || question.kind === 'input'
          ? { kind: question.kind, text: typed }
          : { kind: 'confirm', yes: true };
      },
      offer: async () => false,
      secret: (name) => secrets[name],
      hide: (value) => void hidden.push(value),
      give(name, value) {
        hidden.push(value);
        secrets[name] = value;
      },
    },
    async close() {
      connection.close();
      await api.close();
    },
  };
}
