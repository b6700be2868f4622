import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { Problem } from '../../base/errors.ts';
import type { PlanContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import { renderKnown, shellWord } from './explain.ts';
import { kubeconfigChanges, mergeKubeconfig } from './file/kubeconfig.ts';
import { backupPath, digestOf, keepBackup, readState, removeFile, replaceFile } from './file/store.ts';
import { credentialsOf, hasContext, putBack, soleKubeconfig, takenBy, withoutContext } from './kubeconfig/entries.ts';
import { fetchContext } from './kubeconfig/fetch.ts';
import { type KubeconfigConfig, type KubeconfigOptions, kubeconfigShape } from './kubeconfig/options.ts';
import { type Answered, tryOut } from './kubeconfig/try-out.ts';
import { workspacePath } from './workspace-path.ts';

/** How the kubeconfig was before the step, as the journal holds it: its content is in the backup. */
interface KubeconfigBefore {
  path: string;
  name: string;
  digest?: string;
  backup?: string;
}

/** Brings a context into the user's kubeconfig, or takes one out of it. */
export const kubeconfigStep: StepKind<KubeconfigConfig> = {
  name: 'kubeconfig',
  description: 'Fetches a kubeconfig, tries it and merges it into yours under a name; or takes a context out of it',
  shape: kubeconfigShape,
  effects: 'outside',
  needsCluster: () => false,
  outputs: {
    context: 'string',
    server: 'string',
    version: 'string',
    nodes: 'double',
    ready: 'double',
    changed: 'bool',
    path: 'string',
    backup: 'string',
  },
  async plan(config, context) {
    const options = renderKnown(context, config.kubeconfig);
    const path = targetOf(options, context);
    const { text = '' } = await readState(path);
    if (options.remove !== undefined) return preview(path, text, withoutContext(text, options.remove, path));
    const { from, name = '' } = options;
    if (from?.file !== undefined && !from.file.includes('<')) {
      const sole = soleKubeconfig(await fetchContext(options, context), name);
      return preview(path, text, mergeKubeconfig(text, { text: sole, use: isTrue(options.use) }, path));
    }
    const action = hasContext(text, name, path) ? 'update' : 'create';
    return {
      certainty: 'partly',
      summary: `the context ${name} in ${path}`,
      changes: [{ object: `context/${name}`, action, note: `from ${sourceOf(options)}` }],
      why: 'what it holds is only known once it is fetched, and nothing is fetched before',
    };
  },
  async before(config, context): Promise<KubeconfigBefore> {
    const options = context.render(config.kubeconfig);
    const [path, name] = [targetOf(options, context), options.remove ?? options.name ?? ''];
    const { text } = await readState(path);
    if (text === undefined) return { path, name };
    return { path, name, digest: digestOf(text), backup: backupPath(path, context.run.id, text) };
  },
  // Fetched anew: what was merged before the run was cut off is the same again, and changes nothing.
  probe: async () => ({ done: false, reason: 'it is fetched and compared again' }),
  async run(config, context) {
    const options = context.render(config.kubeconfig);
    const path = targetOf(options, context);
    if (context.connection.info.sandbox) return rehearse(options, path, context);
    return options.remove === undefined ? bring(options, path, context) : takeOut(options.remove, path, context);
  },
  async equivalent(config, context) {
    const options = renderKnown(context, config.kubeconfig);
    const { remove, name = '', use } = options;
    if (remove !== undefined) return [`kubectl config delete-context ${shellWord(remove)}`];
    return [
      `(umask 077; ${copying(options, `~/.kube/${shellWord(name)}`)})  # only you may read it`,
      `KUBECONFIG=${shellWord(targetOf(options, context))}:$HOME/.kube/${shellWord(name)} kubectl config view --flatten`,
      ...(isTrue(use) ? [`kubectl config use-context ${shellWord(name)}`] : []),
      `kubectl --context ${shellWord(name)} get nodes`,
    ];
  },
  async planUndo(_config, _context, before) {
    const { path, name, backup } = before as KubeconfigBefore;
    const { text = '' } = await readState(path);
    return preview(path, text, putBack(text, await oldText(backup), name, path));
  },
  async undo(_config, context, before) {
    const { path, name, digest, backup } = before as KubeconfigBefore;
    const state = await readState(path);
    if (state.text === undefined || digestOf(state.text) === digest)
      return { status: 'skipped', summary: `${path} is as it was` };
    const wanted = putBack(state.text, await oldText(backup), name, path);
    // It was made by this step, and nothing else is in it.
    if (digest === undefined && isEmpty(wanted)) await removeFile(path);
    else {
      await keepBackup(path, context.run.id, state);
      await replaceFile(path, wanted, state, 0o600);
    }
    return { summary: `${name} is in ${path} as it was before` };
  },
};

async function bring(options: KubeconfigOptions, path: string, context: StepContext): Promise<StepResult> {
  const { name = '', replace, use, test = true } = options;
  context.progress(`fetching it by ${sourceOf(options)}`);
  const fetched = await fetchContext(options, context);
  for (const credential of credentialsOf(fetched)) context.hide(credential);
  const sole = soleKubeconfig(fetched, name);
  const state = await readState(path);
  const taken = takenBy(state.text ?? '', sole, name, path);
  if (taken.length > 0 && !isTrue(replace))
    throw new Problem(`${path} has another context, cluster or user of the name ${name}, and it is left alone`, {
      where: path,
      evidence: taken.map((list) => `${list}: ${name}`),
      next: ['Give this one another name, or let it replace that one'],
    });
  const server = String(fetched.cluster.server ?? '');
  if (test) context.progress(`asking ${server} for its version`);
  // What does not answer does not get into a kubeconfig that works.
  const answered = test ? await tryOut(sole, name, context.signal) : undefined;
  const wanted = mergeKubeconfig(state.text ?? '', { text: sole, use: isTrue(use) }, path);
  const changed = state.text !== wanted;
  const backup = changed ? await keepBackup(path, context.run.id, state) : undefined;
  if (changed) await replaceFile(path, wanted, state, 0o600);
  const { version = '', nodes } = answered ?? {};
  const said = answered ? `: ${saidBy(server, answered)}` : '';
  const kept = backup === undefined ? '' : `; as it was: ${backup}`;
  return {
    ...(changed ? {} : { status: 'skipped' as const }),
    summary: `the context ${name} ${changed ? 'is' : 'was'} in ${path}${said}${kept}`,
    outputs: {
      ...{ context: name, server, version, nodes: nodes?.all ?? 0, ready: nodes?.ready ?? 0 },
      ...{ changed, path, backup: backup ?? '' },
    },
  };
}

async function takeOut(name: string, path: string, context: StepContext): Promise<StepResult> {
  const state = await readState(path);
  const outputs = { context: name, server: '', version: '', nodes: 0, ready: 0, changed: false, path, backup: '' };
  if (state.text === undefined || !hasContext(state.text, name, path))
    return { status: 'skipped', summary: `${path} has no context ${name}`, outputs };
  const backup = (await keepBackup(path, context.run.id, state)) ?? '';
  await replaceFile(path, withoutContext(state.text, name, path), state, 0o600);
  const summary = `the context ${name} is out of ${path}; as it was: ${backup}`;
  return { summary, outputs: { ...outputs, changed: true, backup } };
}

/** On the sandbox nothing is fetched, and the kubeconfig of the person stays as it is. */
function rehearse({ remove, name = '' }: KubeconfigOptions, path: string, context: StepContext): StepResult {
  const what = remove === undefined ? `the context ${name} would come into` : `the context ${remove} would go out of`;
  context.output(`Rehearsal: ${what} ${path}`);
  const { server, context: own } = context.connection.info;
  return {
    status: 'skipped',
    summary: `a rehearsal: ${what} ${path}`,
    outputs: { context: own, server, version: '', nodes: 0, ready: 0, changed: false, path, backup: '' },
  };
}

function saidBy(server: string, { version, nodes }: Answered): string {
  const told = nodes ? `${nodes.ready} of ${nodes.all} nodes ready` : 'its nodes may not be listed';
  return `${server} is ${version}, ${told}`;
}

function sourceOf({ from }: KubeconfigOptions): string {
  if (from?.file !== undefined) return `cat ${shellWord(from.file)}`;
  if (from?.ssh) {
    const login = from.ssh.user === undefined ? from.ssh.host : `${from.ssh.user}@${from.ssh.host}`;
    return `ssh ${shellWord(login)} ${from.ssh.sudo ? 'sudo ' : ''}cat ${shellWord(from.path ?? '')}`;
  }
  return (from?.command ?? []).map((word) => shellWord(String(word))).join(' ');
}

/** The line that brings it to a file here. */
function copying({ from, ...options }: KubeconfigOptions, file: string): string {
  if (!from?.ssh || from.ssh.sudo) return `${sourceOf({ from, ...options })} > ${file}`;
  const login = from.ssh.user === undefined ? from.ssh.host : `${from.ssh.user}@${from.ssh.host}`;
  return `scp ${shellWord(`${login}:${from.path ?? ''}`)} ${file}`;
}

/** The kubeconfig of the person, as kubectl finds the one that it writes to. */
function targetOf({ into }: KubeconfigOptions, context: Pick<PlanContext, 'workspace'>): string {
  if (into !== undefined) return workspacePath(into, context);
  const [first] = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return workspacePath(first ?? `${process.env.HOME || homedir()}/.kube/config`, context);
}

function preview(path: string, before: string, after: string): StepPreview {
  const object = `file/${path}`;
  if (before === after) return { certainty: 'previewed', summary: path, changes: [{ object, action: 'unchanged' }] };
  const action = before === '' ? 'create' : 'update';
  const fields = kubeconfigChanges(before, after);
  return { certainty: 'previewed', summary: path, changes: [{ object, action, fields }] };
}

async function oldText(backup: string | undefined): Promise<string | undefined> {
  if (backup === undefined) return undefined;
  const { text } = await readState(backup);
  if (text !== undefined) return text;
  throw new Problem('The backup of the kubeconfig is not there any more', { where: backup });
}

function isEmpty(text: string): boolean {
  return !/^\s*- /m.test(text);
}

/** A value that an expression came to counts as well. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
