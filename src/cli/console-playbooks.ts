import { basename } from 'node:path';
import type { ManifestSource, PlanEntry, PlanRequest, Catalog as ScreenCatalog, Services } from '../app/services.ts';
import { isProduction } from '../configuration/production.ts';
import { loadSettings } from '../configuration/settings.ts';
import type { Menu } from '../menus/menu.ts';
import { type InputValue, isAsked, resolveInputs } from '../playbooks/inputs.ts';
import { readInputs, readsCluster, withReading } from '../playbooks/inputs-from-cluster.ts';
import { createLoadMemo, loadPlaybook } from '../playbooks/loading/load-playbook.ts';
import { checkManifest } from '../playbooks/loading/manifests.ts';
import { findManifestSet, type ManifestSet, manifestFolders } from '../playbooks/manifest-set.ts';
import type { Playbook } from '../playbooks/model.ts';
import { planFiles } from '../playbooks/plan.ts';
import { clusterOfRun } from '../playbooks/runs/cluster-of-run.ts';
import type { RunHeader } from '../playbooks/runs/events.ts';
import { createHeader, surroundingsOf } from '../playbooks/runs/run-header.ts';
import { refuseEffects } from '../playbooks/runs/runner.ts';
import { type StartOptions, startRun } from '../playbooks/runs/start.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { diagnosticLines, invalidFiles } from '../yaml/diagnostics.ts';
import { playbookRoots, shownPath } from './catalog.ts';
import type { ClusterServices } from './console-cluster.ts';
import { makeForm } from './console-form.ts';
import { startThroughGates } from './console-gates.ts';
import { previewToken, type Token } from './console-preview.ts';
import { loadMenuCatalog, type MenuCatalog } from './menu-catalog.ts';
import type { GlobalOptions } from './options.ts';
import { toldOf } from './run-inputs-read.ts';
import { loadRun, sharedPlaybooks } from './run-loading.ts';
import { namespaceOf } from './system-namespace.ts';

type PlaybookServices = Pick<Services, 'catalog' | 'manifestSources' | 'form' | 'plan' | 'preview' | 'startRun'>;

/** The part of the services that reads files and starts runs. */
export function createPlaybookServices(
  options: GlobalOptions,
  connectionOf: ClusterServices['connectionOf'],
): PlaybookServices {
  const workspace = process.cwd();
  let loaded: MenuCatalog | undefined;
  const load = () => {
    loaded ??= loadMenuCatalog({ workspace });
    return loaded;
  };
  return {
    catalog: async () => screenCatalog(load()),
    manifestSources: async (system) => manifestSources(load(), system, workspace),
    async form({ playbook: ref, system: wanted, presets, cluster }) {
      const playbook = wholePlaybook(ref, workspace);
      // What needs a cluster says so before it asks for anything.
      if (cluster) clusterOfRun(playbook, cluster);
      const name = runFor(playbook.system, wanted) ?? playbook.system;
      const system = load().systems.find((one) => one.name === name);
      const namespace = namespaceOf(system ?? { name, namespace: 'default' }, cluster?.namespace ?? options.namespace);
      return makeForm(playbook, presets, { cluster, namespace, connectionOf });
    },
    plan: (request) => makePlan(request, { options, workspace, connectionOf }),
    preview: ({ token }, receive, signal) => previewToken(token as Token, connectionOf, receive, signal),
    async startRun({ token, accepted }, passage = {}) {
      const { request, secrets } = token as Token;
      const loaded = loadRun(request);
      refuseEffects(loaded, request);
      const start = (more: StartOptions) => startRun({ ...request, accepted }, secrets, more);
      return (await startThroughGates(loaded, request.cluster, passage, start)).id;
    },
  };
}

/** For which system a playbook that was chosen in a menu is run: a shared one for the menu's. */
function runFor(own: string, menu: string | undefined): string | undefined {
  return own === sharedPlaybooks ? menu : undefined;
}

/** What a newcomer runs, in this order, where the system has it. */
const firstPlaybooks = ['prerequisites', 'full-deployment'];

function screenCatalog({ systems, menus, playbooks, diagnostics }: MenuCatalog): ScreenCatalog {
  const refs = new Set(playbooks.map(({ ref }) => ref));
  return {
    systems: systems.map((system) => ({
      ...system,
      first: firstPlaybooks.map((name) => `${system.name}/${name}`).filter((ref) => refs.has(ref)),
    })),
    menus: Object.fromEntries(systems.map(({ name }) => [name, menuOf(menus, name)])),
    playbooks: Object.fromEntries(
      playbooks.map(({ ref, title, description, inputs, diagnosis }) => [
        ref,
        { ref, title, description, hasInputs: Object.keys(inputs).length > 0, diagnosis },
      ]),
    ),
    faults: diagnostics.filter(({ severity }) => severity === 'error').map(diagnosticLines),
  };
}

/** A system's menu; the workspace's own items stand behind ours. */
function menuOf(menus: readonly Menu[], system: string) {
  const own = menus.filter((menu) => menu.system === system);
  const ours = [
    ...own.filter(({ source }) => source === 'bundled'),
    ...own.filter(({ source }) => source === 'workspace'),
  ];
  return { title: ours[0]?.title ?? system, items: ours.flatMap(({ items }) => items) };
}

/** A playbook with its steps, as its form needs it. Throws `Problem` with every fault in its files. */
function wholePlaybook(ref: string, workspace: string): Playbook {
  const options = {
    roots: playbookRoots({ workspace }),
    stepKinds,
    shown: (path: string) => shownPath(path, workspace),
  };
  const { value, diagnostics } = loadPlaybook(ref, { ...options, quick: true });
  if (!value) throw invalidFiles(diagnostics);
  return value;
}

function manifestSources(catalog: MenuCatalog, system: string, workspace: string): ManifestSource[] {
  const bundled: ManifestSource = {
    id: 'bundled',
    title: 'Those that come with the console',
    description: 'With probes, requests, limits and security contexts, as the deployment guide wants them.',
  };
  const names = manifestNames(catalog, system, workspace);
  const members = catalog.systems.find(({ name }) => name === system)?.manifests;
  const found = manifestFolders(workspace).map((folder) => ({
    folder,
    ...findManifestSet(workspace, names, { folder, members }),
  }));
  const own = found.flatMap(({ folder, set }): ManifestSource[] => {
    if (!set) return [];
    const faults = faultsIn(set, names);
    const description = [...faults, set.description, ...set.notes].join('; ');
    return folder === 'k8s'
      ? [{ id: 'workspace', title: 'Those of this folder', description }]
      : [{ id: folder, title: `Those of ${folder}/`, description }];
  });
  const notes = found.flatMap(({ set, notes: said }) => (set ? [] : said));
  return [{ ...bundled, description: [bundled.description, ...notes].join(' ') }, ...own];
}

/** What keeps a set from being used, said before somebody chooses it. */
function faultsIn(set: ManifestSet, names: readonly string[]): string[] {
  const files = [...new Set(names.flatMap((name) => set.fileOf(name) ?? []))];
  const faults = files.flatMap((file) => checkManifest(file, basename(file)));
  const [first] = faults;
  if (!first) return [];
  const count = faults.length === 1 ? 'a fault is' : `${faults.length} faults are`;
  return [`${count} to be repaired first: ${first.file}:${first.line}: ${first.message}`];
}

function manifestNames({ names }: MenuCatalog, system: string, workspace: string): string[] {
  const roots = playbookRoots({ workspace });
  const memo = createLoadMemo();
  return names
    .filter((ref) => ref.startsWith(`${system}/`))
    .flatMap((ref) => loadPlaybook(ref, { roots, stepKinds, memo, quick: true }).value ?? [])
    .flatMap((one) => planFiles(one, stepKinds).map(({ name }) => name));
}

interface PlanSurroundings {
  options: GlobalOptions;
  workspace: string;
  connectionOf: ClusterServices['connectionOf'];
}

async function makePlan(
  asked: PlanRequest,
  { options, workspace, connectionOf }: PlanSurroundings,
): Promise<PlanEntry> {
  const manifests = asked.manifests ?? 'bundled';
  const system = runFor(asked.playbook.split('/')[0] ?? '', asked.system);
  const unread = loadRun({ playbook: asked.playbook, system, workspace, manifests });
  const given = Object.entries(asked.inputs).map(([name, value]) => ({ name, value, source: 'form' as const }));
  const namespace = namespaceOf(unread.system, asked.cluster.namespace ?? options.namespace);
  const cluster = clusterOfRun(unread.playbook, asked.cluster);
  const { connection, done } = await connectionOf(cluster);
  try {
    const reading = await readInputs(connection, unread.playbook, namespace);
    const { current, notes } = toldOf(reading);
    const loaded = { ...unread, playbook: withReading(unread.playbook, reading) };
    const { playbook } = loaded;
    const { values, secrets } = resolveInputs(playbook, given);
    const request = {
      playbook: asked.playbook,
      ...(system === undefined ? {} : { system }),
      workspace,
      inputs: values,
      ...(readsCluster(playbook) ? { current } : {}),
      cluster: { ...cluster, namespace },
      manifests,
      assumeYes: false,
      interactive: true,
      readOnly: options.readOnly === true,
    } as const;
    const surroundings = await surroundingsOf(loaded, connection);
    const header = await createHeader({ version: 1, id: '', ...request }, loaded, surroundings, {
      programVersion: '',
      production: isProduction(connection.info, loadSettings().production),
    });
    const { title, description, ref } = playbook;
    const token: Token = { request, secrets };
    return {
      title,
      description,
      playbook: ref,
      steps: header.steps,
      facts: [...factsOf(header, secrets, playbook), ...notes.map((note): [string, string] => ['not read', note])],
      ...(cluster.none ? { withoutCluster: true } : {}),
      token,
    };
  } finally {
    done();
  }
}

/** What a plan acts on and with, in pairs; a secret is named and never shown. */
function factsOf(
  header: Awaited<ReturnType<typeof createHeader>>,
  secrets: Record<string, string>,
  playbook: Playbook,
): [string, string][] {
  const { cluster, inputs, sensitiveInputs, manifests } = header;
  const shown = Object.entries(inputs)
    .filter(([name, value]) => value !== '' && counts(name, playbook, inputs as Record<string, InputValue>))
    .map(([name, value]) => `${name} ${value}`);
  const hidden = sensitiveInputs.map((name) => `${name} ${Object.hasOwn(secrets, name) ? '(given)' : '(generated)'}`);
  const facts: [string, string][] = [
    ['cluster', placeOf(cluster)],
    ...(header.production ? [['production', `${cluster.context}: its name is to be typed`] as [string, string]] : []),
    ...(cluster.none ? [] : [['manifests', manifests] as [string, string]]),
  ];
  if (shown.length + hidden.length > 0) facts.push(['inputs', [...shown, ...hidden].join(', ')]);
  return facts;
}

function placeOf({ none, context, sandbox, namespace }: RunHeader['cluster']): string {
  if (none) return 'none is needed: it acts from this machine';
  return `${context}${sandbox ? ' (a rehearsal: pods are stand-ins)' : ''}, namespace ${namespace}`;
}

/** Whether an input has any part in this: the duration of a load test that is not chosen has none. */
function counts(name: string, { inputs }: Playbook, values: Record<string, InputValue>): boolean {
  const definition = inputs[name];
  return !definition || isAsked(definition, inputs, values);
}
