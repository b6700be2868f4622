import type { RunEntry, Services } from '../app/services.ts';
import { createBatcher } from '../base/batcher.ts';
import { listContexts } from '../cluster/connect/contexts.ts';
import { probeContext } from '../cluster/probe-context.ts';
import { attachRun } from '../playbooks/runs/attach.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';
import { discardRun, findRun, listRuns, type RunSummary } from '../playbooks/runs/list-runs.ts';
import { readRecording } from '../playbooks/runs/recording.ts';
import { runPaths } from '../playbooks/runs/run-folder.ts';
import { readRequest } from '../playbooks/runs/run-request.ts';
import { resumeRun, type StartOptions } from '../playbooks/runs/start.ts';
import { createClusterServices } from './console-cluster.ts';
import { copyToTerminal, openUrl } from './console-desktop.ts';
import { startThroughGates } from './console-gates.ts';
import { createHistoryServices } from './console-history.ts';
import { createPlaybookServices } from './console-playbooks.ts';
import type { GlobalOptions } from './options.ts';
import { pageText } from './page.ts';
import { asTyped } from './program-name.ts';
import { refuseChanges } from './refuse-changes.ts';
import { loadRun } from './run-loading.ts';

/** Records reach the screen as they come, a packet of them at a time; what is only nice to know, twice a second. */
const recordsMs = 50;
const signalsMs = 500;

/** The real services of the screen. */
export function createServices(options: GlobalOptions): Services {
  const cluster = createClusterServices(options);
  return {
    asTyped,
    ...cluster,
    ...createPlaybookServices(options, cluster.connectionOf),
    copy: async (text) => copyToTerminal(text),
    openUrl,
    page: async (ref) => asTyped(pageText(ref)),
    // The sandbox's own context is offered as the sandbox.
    contexts: async () => listContexts(options.kubeconfig).filter(({ sandbox }) => !sandbox),
    ...createHistoryServices(),
    probe: (context, signal) => probeContext({ sandbox: false, context, kubeconfig: options.kubeconfig }, signal),
    runs: async () => (await listRuns()).map(toEntry),
    follow,
    async answer(run, question, answer) {
      refuseChanges(options, 'A run acts on its answer');
      const attached = await attachRun(run, 'console');
      await attached.answer(question, answer).finally(() => attached.close());
    },
    async stopRun(run) {
      refuseChanges(options, 'Stopping a run changes what becomes of it');
      const attached = await attachRun(run, 'console');
      await attached.stop().finally(() => attached.close());
    },
    async resumeRun(run, passage = {}) {
      refuseChanges(options, 'Resuming a run changes things');
      const { folder, cluster } = await findRun(run);
      const start = (more: StartOptions) => resumeRun(run, { interactive: true, ...more });
      await startThroughGates(loadRun(readRequest(folder)), cluster, passage, start);
    },
    async discardRun(run) {
      refuseChanges(options, 'Forgetting a run removes its records');
      await discardRun(run);
    },
  };
}

async function follow(run: string, receive: (events: RunEvent[]) => void, signal: AbortSignal): Promise<void> {
  const { folder, endedAt } = await findRun(run);
  // Of a run that is over, what its steps printed is read too.
  if (endedAt !== undefined) return receive(readRecording(runPaths(folder), { output: true }));
  const attached = await attachRun(run, 'console');
  const records = createBatcher<RunEvent>(recordsMs, receive);
  const signals = createBatcher<RunEvent>(signalsMs, receive);
  signal.addEventListener('abort', () => attached.close(), { once: true });
  try {
    for await (const event of attached.events) {
      if (signal.aborted) return;
      if (!('seq' in event)) signals.push(event);
      else {
        // What came before a record is shown before it.
        signals.flush();
        records.push(event);
      }
    }
  } finally {
    if (!signal.aborted) {
      records.flush();
      signals.flush();
    }
    attached.close();
  }
}

function toEntry({ status, state: _, ...run }: RunSummary): RunEntry {
  const states: Record<RunSummary['status'], RunEntry['status']> = {
    running: 'running',
    waiting: 'running',
    interrupted: 'unfinished',
    stopped: 'stopped',
    failed: 'failed',
    'not-met': 'not-met',
    done: 'done',
  };
  const { id, playbook, title, system, startedAt, endedAt, summary, cluster, context } = run;
  return { id, playbook, title, system, status: states[status], startedAt, endedAt, summary, cluster, context };
}
