import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { chooseContext } from '../cluster/connect/contexts.ts';
import { readKubeconfig } from '../cluster/connect/kubeconfig.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import { type ResolvedInputs, resolveInputs } from '../playbooks/inputs.ts';
import { type CurrentInputs, readsCluster } from '../playbooks/inputs-from-cluster.ts';
import { flattenPlaybook } from '../playbooks/plan.ts';
import { attachToFolder } from '../playbooks/runs/attach.ts';
import { clusterOfRun } from '../playbooks/runs/cluster-of-run.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import { changesThings } from '../playbooks/runs/run-lock.ts';
import { refuseEffects } from '../playbooks/runs/runner.ts';
import { leftOut } from '../playbooks/runs/selection.ts';
import { startRun } from '../playbooks/runs/start.ts';
import { logIn } from './log-in.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printJson, printNote, printResult } from './output.ts';
import { chooseCluster, withoutCluster } from './run-cluster.ts';
import { agreeToOutside, askOnce, type ConsentOptions, confirmProduction } from './run-consents.ts';
import { followRun } from './run-follow.ts';
import { type InputOptions, readGivenInputs } from './run-inputs.ts';
import { checkGiven, readRunInputs } from './run-inputs-read.ts';
import { loadRun, titleOf } from './run-loading.ts';
import { planLines, previewPlan } from './run-plan.ts';
import { withPrompted } from './run-secrets.ts';
import { namespaceOf } from './system-namespace.ts';
import { startOrTakeOver } from './take-over.ts';

export interface RunOptions extends GlobalOptions, InputOptions, ConsentOptions {
  takeOver?: string;
  yes?: boolean;
  from?: string;
  /** `bundled`, `workspace`, or a folder. */
  manifests?: string;
  only?: string;
  plan?: boolean;
  detach?: boolean;
  /** The system that a shared playbook is run for. */
  system?: string;
  speed?: string;
  output?: 'text' | 'ndjson';
}

/** `run <system>/<playbook>`: a run without a screen. The exit code is the run's. */
export async function runCommand(args: string[], options: RunOptions): Promise<number> {
  const workspace = process.cwd();
  const request = { playbook: args[0] ?? '', workspace, system: options.system, manifests: options.manifests ?? 'any' };
  const loaded = loadRun(request);
  const { from, only, yes = false, readOnly = false, output = 'text' } = options;
  leftOut(flattenPlaybook(loaded.playbook), { from, only });
  for (const note of loaded.notes) printNote(note);
  const interactive = process.stdin.isTTY === true && output === 'text';
  if (!options.plan) refuseEffects(loaded, { readOnly });
  const asksForYes = !yes && !readOnly && changesThings(loaded);
  const choose = async () => {
    if (!options.plan && asksForYes && !interactive) throw needsYes(loaded);
    const needed = loaded.playbook.cluster !== 'none' || options.sandbox;
    const chosen = needed ? await chooseCluster(options) : clusterOfRun(loaded.playbook, withoutCluster(options));
    return { ...chosen, namespace: namespaceOf(loaded.system, chosen.namespace) };
  };
  const prepared = await prepare(loaded, options, interactive, choose);
  const { values, secrets, cluster, current } = prepared;
  if (options.plan) return showPlan(prepared.loaded, { values, secrets }, cluster, { from, only, output });
  await agreeToOutside(loaded, options, interactive);
  const confirmedContext = await confirmProduction(cluster, options, interactive);
  if (asksForYes && !(await agrees(loaded, cluster))) {
    printNote('Nothing was done.');
    return exitCodes.interrupted;
  }
  await logIn(cluster);
  const asked = { ...request, inputs: values, current, cluster, assumeYes: yes, interactive, from, only, readOnly };
  const { id, folder } = await startOrTakeOver((more) => startRun(asked, secrets, more), {
    ...{ takeOver: options.takeOver, interactive, confirmedContext },
  });
  if (options.detach) {
    printResult(id);
    printNote(`tars-console follow ${id}`);
    return exitCodes.done;
  }
  const run = attachToFolder(id, folder, 'terminal');
  return followRun(run, { output, owner: true, interactive, system: titleOf(loaded) });
}

/** The inputs that it runs with. Where some stand in the cluster, that is chosen and read before the rest is asked for. */
async function prepare(
  loaded: LoadedRun,
  options: RunOptions,
  interactive: boolean,
  choose: () => Promise<ClusterChoice>,
): Promise<Prepared> {
  const given = readGivenInputs(options);
  if (!readsCluster(loaded.playbook)) {
    const inputs = resolveInputs(loaded.playbook, await withPrompted(loaded.playbook, given, interactive));
    return { ...inputs, loaded, cluster: await choose(), current: {} };
  }
  checkGiven(loaded.playbook, given);
  const cluster = await choose();
  await logIn(cluster);
  const read = await readRunInputs(loaded, given, cluster, { mustRead: !options.plan });
  for (const note of read.notes) printNote(note);
  const { playbook } = read.loaded;
  const inputs = resolveInputs(playbook, await withPrompted(playbook, given, interactive));
  return { ...inputs, loaded: read.loaded, cluster, current: read.current };
}

interface Prepared extends ResolvedInputs {
  loaded: LoadedRun;
  cluster: ClusterChoice;
  current: CurrentInputs;
}

async function showPlan(
  loaded: LoadedRun,
  inputs: ResolvedInputs,
  cluster: ClusterChoice,
  { output, ...choice }: { from: string | undefined; only: string | undefined; output: 'text' | 'ndjson' },
): Promise<number> {
  const plan = await previewPlan(loaded, inputs, cluster, choice);
  if (output === 'ndjson') printJson(plan);
  else for (const line of planLines(plan, outputTheme())) printResult(line);
  return exitCodes.done;
}

function needsYes({ playbook }: LoadedRun): Problem {
  return new Problem(
    `${playbook.title} changes ${playbook.cluster === 'none' ? 'things' : 'a cluster'}, and there is nobody to say yes to it`,
    {
      next: ['Give --yes, or see what it would do with --plan.'],
      exitCode: exitCodes.usage,
    },
  );
}

function whereOf(cluster: ClusterChoice): string {
  if (cluster.none) return 'from this machine, without a cluster';
  const { name, server } = chooseContext(readKubeconfig(cluster.kubeconfig), cluster);
  const where = cluster.sandbox ? 'the sandbox' : `the context ${name} (${server})`;
  return `on ${printableLine(where)}, namespace ${cluster.namespace}`;
}

async function agrees({ playbook }: LoadedRun, cluster: ClusterChoice): Promise<boolean> {
  const steps = flattenPlaybook(playbook).filter(({ called }) => !called).length;
  const text = `Run "${playbook.title}" (${steps} steps) ${whereOf(cluster)}?`;
  printNote(text);
  printNote('  --plan shows what it would do.');
  const answer = await askOnce({ kind: 'confirm', text });
  return answer?.kind === 'confirm' && answer.yes;
}
