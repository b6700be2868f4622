import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createMasker } from '../../../src/base/masking.ts';
import type { Connection, ConnectionInfo } from '../../../src/cluster/connection.ts';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import type { Answer, Question } from '../../../src/playbooks/runs/question.ts';
import type { Scope, StepContext } from '../../../src/playbooks/step-kind.ts';

export interface StepOptions {
  files?: Record<string, string>;
  scope?: Scope;
  secrets?: Record<string, string>;
  answer?: (question: Question) => Answer;
  info?: Partial<ConnectionInfo>;
}

/** A step's context for what does not speak to the cluster: its connection refuses every request. */
export function stepWithoutCluster({ files = {}, scope = {}, secrets = {}, answer, info = {} }: StepOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-step-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const masker = createMasker();
  for (const secret of Object.values(secrets)) masker.add(secret);
  const said: string[] = [];
  const asked: Question[] = [];
  const stopping = new AbortController();
  const refuse = () => Promise.reject(new Error('there is no cluster in this test'));
  const connection = {
    info: { context: 'test', server: 'https://127.0.0.1:1', namespace: 'tars', sandbox: false, ...info },
    request: refuse,
    requestRate: () => 0,
    close: () => {},
  } as unknown as Connection;
  const playbook = { folder, file: join(folder, 'test.yaml'), system: 'test' } as Playbook;
  const context: StepContext = {
    ...createPlanContext(playbook, 'tars', { inputs: {}, steps: {}, system: {}, ...scope }, { workspace: folder }),
    run: { id: 'run-1', folder },
    step: { id: 'step' },
    connection,
    signal: new AbortController().signal,
    waiting: stopping.signal,
    timeoutMs: 30_000,
    output: (line) => void said.push(masker.mask(line)),
    progress: () => {},
    sample: () => {},
    async ask(question) {
      asked.push(question);
      if (!answer) throw new Error(`nobody answers: ${question.text}`);
      return answer(question);
    },
    offer: async () => false,
    secret: (name) => secrets[name],
    hide: (value) => masker.add(value),
    give(name, value) {
      secrets[name] = value;
    },
  };
  return {
    context,
    folder,
    said,
    asked,
    mask: masker.mask,
    stop: () => stopping.abort(new Error('the run was stopped')),
  };
}
