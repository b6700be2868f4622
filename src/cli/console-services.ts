import type { RunEntry, Services } from '../app/services.ts';
import { createBatcher } from '../base/batcher.ts';
import { listContexts } from '../cluster/contexts.ts';
import { probeContext } from '../cluster/probe-context.ts';
import { attachRun } from '../playbooks/runs/attach.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';
import { discardRun, listRuns, type RunSummary } from '../playbooks/runs/list-runs.ts';
import { resumeRun } from '../playbooks/runs/start.ts';
import { createClusterServices } from './console-cluster.ts';
import { createPlaybookServices } from './console-playbooks.ts';
import type { GlobalOptions } from './options.ts';

/** How often events of a run reach the screen: four times a second. */
const batchMs = 250;

/** The real services of the screen. */
export function createServices(options: GlobalOptions): Services {
  const cluster = createClusterServices(options);
  return {
    ...cluster,
    ...createPlaybookServices(options, cluster.connectionOf),
    // The sandbox's own context is offered as the sandbox.
    contexts: async () => listContexts(options.kubeconfig).filter(({ sandbox }) => !sandbox),
    probe: (context, signal) => probeContext({ sandbox: false, context, kubeconfig: options.kubeconfig }, signal),
    runs: async () => (await listRuns()).map(toEntry),
    follow,
    async answer(run, question, answer) {
      const attached = await attachRun(run, 'console');
      await attached.answer(question, answer).finally(() => attached.close());
    },
    async stopRun(run) {
      const attached = await attachRun(run, 'console');
      await attached.stop().finally(() => attached.close());
    },
    async resumeRun(run) {
      await resumeRun(run, { interactive: true });
    },
    async discardRun(run) {
      await discardRun(run);
    },
  };
}

async function follow(run: string, receive: (events: RunEvent[]) => void, signal: AbortSignal): Promise<void> {
  const attached = await attachRun(run, 'console');
  const batcher = createBatcher<RunEvent>(batchMs, receive);
  signal.addEventListener('abort', () => attached.close(), { once: true });
  try {
    for await (const event of attached.events) {
      if (signal.aborted) return;
      batcher.push(event);
      // A question and the end are not kept waiting.
      if (event.type === 'question' || event.type === 'run-ended') batcher.flush();
    }
  } finally {
    if (!signal.aborted) batcher.flush();
    attached.close();
  }
}

function toEntry({ id, playbook, title, system, startedAt, summary, cluster, context, status }: RunSummary): RunEntry {
  const states: Record<RunSummary['status'], RunEntry['status']> = {
    running: 'running',
    waiting: 'running',
    interrupted: 'unfinished',
    stopped: 'stopped',
    failed: 'failed',
    'not-met': 'not-met',
    done: 'done',
  };
  return { id, playbook, title, system, status: states[status], startedAt, summary, cluster, context };
}
