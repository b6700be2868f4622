import { printableLine } from '../base/printable.ts';
import { connect } from '../cluster/connect/connect.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import { readOnly } from '../cluster/read-only.ts';
import { isProduction } from '../configuration/production.ts';
import { loadSettings } from '../configuration/settings.ts';
import type { ResolvedInputs } from '../playbooks/inputs.ts';
import { flattenPlaybook, planSteps } from '../playbooks/plan.ts';
import { planSummary } from '../playbooks/preview/plan-summary.ts';
import { previewLines } from '../playbooks/preview/preview-lines.ts';
import { previewPlan as lookAt } from '../playbooks/preview/preview-plan.ts';
import type { PreviewedPlan, PreviewedStep } from '../playbooks/preview/previewed-plan.ts';
import type { PlannedStep } from '../playbooks/runs/events.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import { missingLine } from '../playbooks/runs/preflight.ts';
import { rulesFor } from '../playbooks/runs/rbac-rules.ts';
import { planContexts, surroundingsOf } from '../playbooks/runs/run-header.ts';
import { leftOut } from '../playbooks/runs/selection.ts';
import { sensitiveInputs } from '../playbooks/runs/sensitive-inputs.ts';
import type { Theme } from '../ui/theme.ts';

/** A plan as `run --plan` shows it; with `--output ndjson` it is one line of JSON. */
export interface ShownPlan extends Pick<PreviewedPlan, 'missing'> {
  title: string;
  facts: [name: string, value: string][];
  summary: string;
  steps: (PreviewedStep & Pick<PlannedStep, 'equivalent'>)[];
}

/** What a run would do. Asks the cluster, and changes nothing: applies are the server's dry-runs. */
export async function previewPlan(
  loaded: LoadedRun,
  { values, secrets }: ResolvedInputs,
  cluster: ClusterChoice,
  choice: { from?: string | undefined; only?: string | undefined },
): Promise<ShownPlan> {
  const { playbook, system, manifests, stepKinds } = loaded;
  // Whatever a step's plan tries, nothing but reads and dry-runs gets through.
  const connection = readOnly(await connect({ ...cluster, namespace: cluster.namespace ?? system.namespace }));
  try {
    const { context, server, namespace, sandbox, none } = connection.info;
    const surroundings = await surroundingsOf(loaded, connection, cluster.kubeconfig);
    const skipped = leftOut(flattenPlaybook(playbook), choice);
    const asked = { loaded, inputs: values, secrets, connection, surroundings, leftOut: skipped };
    const plan = await lookAt(asked, new AbortController().signal);
    const planned = await planSteps(
      playbook,
      stepKinds,
      planContexts(playbook, values, namespace, surroundings, loaded),
    );
    const byHand = new Map(planned.map(({ id, equivalent }) => [id, equivalent]));
    const hidden = Object.keys(sensitiveInputs(playbook)).map((name): [string, string] => [
      `input ${name}`,
      secrets[name] === undefined ? 'generated where it is missing' : 'given, not shown',
    ]);
    const facts: [string, string][] = [
      ['cluster', `${context}${sandbox ? ' (sandbox)' : ''}  ${server}`],
      ...(isProduction(connection.info, loadSettings().production)
        ? [['production', `${context}: its name is to be typed`] as [string, string]]
        : []),
      ...(none ? [] : placeFacts(namespace, manifests?.description ?? usualManifests(playbook))),
      ...Object.entries(values).map(([name, value]): [string, string] => [`input ${name}`, String(value)]),
      ...hidden,
    ];
    const steps = plan.steps.map((step) => ({ ...step, equivalent: byHand.get(step.id) ?? [] }));
    return { title: playbook.title, facts, summary: planSummary(plan), missing: plan.missing, steps };
  } finally {
    connection.close();
  }
}

function placeFacts(namespace: string, manifests: string): [string, string][] {
  return [
    ['namespace', namespace],
    ['manifests', manifests],
  ];
}

function usualManifests({ source }: LoadedRun['playbook']): string {
  return source === 'workspace' ? 'the workspace’s own' : 'bundled';
}

/** A plan as lines. */
export function planLines(plan: ShownPlan, theme: Theme, width = process.stdout.columns || 120): string[] {
  const { title, facts, steps, summary } = plan;
  const longest = Math.max(...facts.map(([name]) => name.length));
  return [
    theme.strong(`Plan: ${printableLine(title)}`),
    ...facts.map(([name, value]) => {
      const line = `  ${name.padEnd(longest)}  ${printableLine(value)}`;
      return name === 'production' ? theme.warn(line) : line;
    }),
    '',
    ...steps.flatMap((step) => stepLines(step, width, theme)),
    '',
    ...missingLines(plan, theme),
    `${theme.strong(summary)}`,
    'Nothing was changed.',
  ];
}

function stepLines(
  { id, title, depth, group, skipped, preview, equivalent }: ShownPlan['steps'][number],
  width: number,
  theme: Theme,
): string[] {
  const pad = '  '.repeat(depth + 1);
  const head = `${pad}${group ? theme.strong(printableLine(title)) : printableLine(title)}  ${theme.dim(id)}`;
  if (skipped !== undefined) return [`${head}  ${theme.dim(`skipped: ${printableLine(skipped)}`)}`];
  if (group) return [head];
  const inner = `${pad}    `;
  const told = preview ? previewLines(preview, Math.max(40, width - inner.length), theme) : [];
  const said = preview ? `  ${printableLine(preview.summary)}` : '';
  return [
    `${head}${theme.dim(said)}`,
    ...told.map((line) => `${inner}${line}`),
    ...equivalent.map((line) => theme.dim(`${inner}$ ${line}`)),
  ];
}

function missingLines({ missing = [] }: Pick<ShownPlan, 'missing'>, theme: Theme): string[] {
  if (missing.length === 0) return [];
  return [
    theme.bad(`${theme.symbols.bad} Rights are missing; it would not begin:`),
    ...missing.map((right) => `  ${printableLine(missingLine(right))}`),
    '  These rules would give them:',
    ...rulesFor(missing).map((line) => `    ${line}`),
    '',
  ];
}
