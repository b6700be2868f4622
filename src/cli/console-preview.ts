import { readOnly } from '../cluster/read-only.ts';
import { flattenPlaybook } from '../playbooks/plan.ts';
import { previewPlan } from '../playbooks/preview/preview-plan.ts';
import type { PreviewedPlan } from '../playbooks/preview/previewed-plan.ts';
import { surroundingsOf } from '../playbooks/runs/run-header.ts';
import type { RunRequest } from '../playbooks/runs/run-request.ts';
import { leftOut } from '../playbooks/runs/selection.ts';
import type { ClusterServices } from './console-cluster.ts';
import { loadRun } from './run-loading.ts';

/** What a plan of the screen needs to be looked at and to be run. */
export interface Token {
  request: Omit<RunRequest, 'version' | 'id'>;
  secrets: Record<string, string>;
}

/** What a plan would change, told anew each time that more of it is known; at most some times a second. */
export async function previewToken(
  { request, secrets }: Token,
  connectionOf: ClusterServices['connectionOf'],
  receive: (preview: PreviewedPlan) => void,
  signal: AbortSignal,
): Promise<void> {
  const loaded = loadRun(request);
  const { connection: whole, done } = await connectionOf(request.cluster);
  // Whatever a step's plan tries, nothing but reads and dry-runs gets through.
  const connection = readOnly(whole);
  try {
    const surroundings = await surroundingsOf(loaded, connection, request.cluster.kubeconfig);
    const out = leftOut(flattenPlaybook(loaded.playbook), request);
    const { inputs } = request;
    let newest = 0;
    // A screen need not be painted for every object.
    const sometimes = (plan: PreviewedPlan) => {
      if (Date.now() - newest < 250) return;
      newest = Date.now();
      receive(plan);
    };
    receive(await previewPlan({ loaded, inputs, secrets, connection, surroundings, leftOut: out }, signal, sometimes));
  } finally {
    done();
  }
}
