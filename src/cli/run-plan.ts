import { Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { connect } from '../cluster/connect.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import type { ResolvedInputs } from '../playbooks/inputs.ts';
import { type FlatStep, flattenPlaybook } from '../playbooks/plan.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import { planContexts, surroundingsOf } from '../playbooks/runs/run-header.ts';
import { leftOut } from '../playbooks/runs/selection.ts';
import { sensitiveInputs } from '../playbooks/runs/sensitive-inputs.ts';
import type { PreviewContext } from '../playbooks/step-kind.ts';
import type { StepPreview } from '../playbooks/step-preview.ts';
import type { Theme } from '../ui/theme.ts';

/** A step of the plan with what it would change, as far as that can be known now. */
export interface PreviewedStep {
  id: string;
  title: string;
  depth: number;
  group: boolean;
  skipped: string | undefined;
  preview: StepPreview | undefined;
  problem: string | undefined;
  equivalent: string[];
}

export interface PreviewedPlan {
  title: string;
  facts: [name: string, value: string][];
  steps: PreviewedStep[];
}

/** What a run would do. Asks the cluster, and changes nothing: applies are the server's dry-runs. */
export async function previewPlan(
  loaded: LoadedRun,
  { values, secrets }: ResolvedInputs,
  cluster: ClusterChoice,
  choice: { from?: string | undefined; only?: string | undefined },
): Promise<PreviewedPlan> {
  const { playbook, system, manifests, workspace } = loaded;
  const connection = await connect({ ...cluster, namespace: cluster.namespace ?? system.namespace });
  try {
    const { context, server, namespace, sandbox } = connection.info;
    const surroundings = await surroundingsOf(loaded, connection, cluster.kubeconfig);
    const contextFor = planContexts(playbook, values, namespace, surroundings, { manifests, workspace });
    const places = flattenPlaybook(playbook);
    const skipped = leftOut(places, choice);
    const steps: PreviewedStep[] = [];
    const preview = (place: FlatStep) => ({
      ...contextFor(place),
      connection,
      secret: (name: string) => secrets[name],
    });
    for (const place of places) steps.push(await previewStep(place, loaded, preview(place), skipped));
    const hidden = Object.keys(sensitiveInputs(playbook)).map((name): [string, string] => [
      name,
      secrets[name] === undefined ? 'generated where it is missing' : 'given, not shown',
    ]);
    const facts: [string, string][] = [
      ['cluster', `${context}${sandbox ? ' (sandbox)' : ''}  ${server}`],
      ['namespace', namespace],
      ['manifests', manifests?.description ?? 'bundled'],
      ...Object.entries(values).map(([name, value]): [string, string] => [`input ${name}`, String(value)]),
      ...hidden.map(([name, value]): [string, string] => [`input ${name}`, value]),
    ];
    return { title: playbook.title, facts, steps };
  } finally {
    connection.close();
  }
}

async function previewStep(
  place: FlatStep,
  { stepKinds }: LoadedRun,
  context: Omit<PreviewContext, 'signal'>,
  skipped: ReadonlyMap<string, string>,
): Promise<PreviewedStep> {
  const { id, step, depth, called } = place;
  const kind = stepKinds.find(({ name }) => name === step.kind);
  const described: PreviewedStep = {
    ...{ id, title: step.title, depth, group: called !== undefined },
    skipped: skipped.get(id),
    preview: undefined,
    problem: undefined,
    equivalent: kind && !called ? await kind.equivalent(step.config, context) : [],
  };
  if (described.skipped !== undefined) return described;
  try {
    if (step.when !== undefined && context.evaluate(step.when) !== true)
      return { ...described, skipped: `only when ${step.when}` };
    const signal = AbortSignal.timeout(60_000);
    return { ...described, preview: await kind?.plan?.(step.config, { ...context, signal }) };
  } catch (error) {
    if (error instanceof Problem) return { ...described, problem: error.message };
    throw error;
  }
}

/** A plan as lines. */
export function planLines({ title, facts, steps }: PreviewedPlan, theme: Theme): string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    theme.strong(`Plan: ${printableLine(title)}`),
    ...facts.map(([name, value]) => `  ${name.padEnd(width)}  ${printableLine(value)}`),
    '',
    ...steps.flatMap((step) => stepLines(step, theme)),
    '',
    'Nothing was changed.',
  ];
}

function stepLines({ id, title, depth, group, skipped, preview, problem, equivalent }: PreviewedStep, theme: Theme) {
  const pad = '  '.repeat(depth + 1);
  const head = `${pad}${printableLine(title)}  ${theme.dim(id)}`;
  if (skipped !== undefined) return [`${head}  ${theme.dim(`skipped: ${printableLine(skipped)}`)}`];
  if (group) return [head];
  const changes = (preview?.changes ?? []).map(({ object, action }) => `${pad}    ${action.padEnd(9)} ${object}`);
  const note = problem ? [`${pad}    ${theme.symbols.warn} ${printableLine(problem)}`] : [];
  const said = preview
    ? `  ${preview.summary}${preview.certainty === 'previewed' ? '' : ` (${preview.certainty})`}`
    : '';
  return [
    `${head}${theme.dim(said)}`,
    ...note,
    ...changes,
    ...equivalent.map((line) => theme.dim(`${pad}    $ ${line}`)),
  ];
}
