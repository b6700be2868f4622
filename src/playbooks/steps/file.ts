import { readFile } from 'node:fs/promises';
import { Problem } from '../../base/errors.ts';
import { createMasker } from '../../base/masking.ts';
import type { PreviewContext, StepContext, StepKind } from '../step-kind.ts';
import type { FieldChange, StepPreview } from '../step-preview.ts';
import { blockMarks, withBlock, withLines, withoutBlock, withoutLines } from './file/edit.ts';
import { fileEquivalent } from './file/equivalent.ts';
import { kubeconfigChanges, mergeKubeconfig } from './file/kubeconfig.ts';
import { lineChanges } from './file/lines-diff.ts';
import { type FileConfig, type FileOptions, fileShape } from './file/options.ts';
import { backupPath, digestOf, type FileState, keepBackup, readState, removeFile, replaceFile } from './file/store.ts';
import { requireSecret } from './secret-values.ts';
import { workspacePath } from './workspace-path.ts';

/** How a file was before the step, as the journal holds it: its content is in the backup. */
interface FileBefore {
  path: string;
  /** SHA-256; undefined where there was no file. */
  digest?: string;
  backup?: string;
}

/** Edits a file on this machine, with a backup beside it. */
export const fileStep: StepKind<FileConfig> = {
  name: 'file',
  description: 'Edits a file on this machine and keeps a backup: lines, a block, the whole, or a kubeconfig merge',
  shape: fileShape,
  effects: 'outside',
  needsCluster: () => false,
  outputs: { path: 'string', changed: 'bool', backup: 'string' },
  files: ({ file }) => (file.template === undefined ? [] : [file.template]),
  async plan(config, context) {
    const options = renderOptions(config, context);
    const path = workspacePath(options.path, context);
    const secret = options.input === undefined ? undefined : context.secret(options.input);
    if (options.input !== undefined && secret === undefined)
      return {
        certainty: 'partly',
        summary: path,
        changes: [{ object: `file/${path}`, action: (await readState(path)).text === undefined ? 'create' : 'update' }],
        why: `${options.input} will only be known then`,
      };
    const state = await readState(path);
    const wanted = await wantedText(options, state, context, () => secret ?? '');
    return previewOf(path, state.text, wanted, options, secret);
  },
  async probe(config, context, before) {
    const { path, state, wanted } = await look(config, context);
    if (state.text !== wanted) return { done: false, reason: `${path} is not as it should be` };
    const reason = `${path} is as it should be`;
    if (before === undefined) return { done: true, reason };
    const { digest, backup = '' } = before as FileBefore;
    const changed = (state.text === undefined ? undefined : digestOf(state.text)) !== digest;
    return { done: true, reason, outputs: { path, changed, backup: changed ? backup : '' } };
  },
  async before(config, context): Promise<FileBefore> {
    const path = workspacePath(renderOptions(config, context).path, context);
    const { text } = await readState(path);
    if (text === undefined) return { path };
    return { path, digest: digestOf(text), backup: backupPath(path, context.run.id, text) };
  },
  async run(config, context) {
    const { path, state, wanted, options } = await look(config, context);
    if (state.text === wanted)
      return {
        status: 'skipped',
        summary: `${path} is as it should be`,
        outputs: { path, changed: false, backup: '' },
      };
    const write = async () => {
      const backup = await keepBackup(path, context.run.id, state);
      if (wanted === undefined) await removeFile(path);
      else await replaceFile(path, wanted, state, modeOf(options));
      return backup;
    };
    const backup = await write().catch(async (error) => {
      throw await withCommands(error, config, context);
    });
    const kept = backup === undefined ? '' : `; as it was: ${backup}`;
    const what = wanted === undefined ? 'is gone' : state.text === undefined ? 'is made' : 'is changed';
    return { summary: `${path} ${what}${kept}`, outputs: { path, changed: true, backup: backup ?? '' } };
  },
  equivalent: (config, context) => fileEquivalent(config.file, context),
  async planUndo(config, context, before) {
    const { path, digest, backup } = before as FileBefore;
    const state = await readState(path);
    if ((state.text === undefined ? undefined : digestOf(state.text)) === digest)
      return { certainty: 'previewed', summary: `${path} is as it was`, changes: [] };
    const wanted = digest === undefined ? undefined : (await readBackup(backup, digest)).text;
    return previewOf(path, state.text, wanted, renderOptions(config, context), undefined);
  },
  async undo(config, context, before) {
    const { path, digest, backup } = before as FileBefore;
    const state = await readState(path);
    if ((state.text === undefined ? undefined : digestOf(state.text)) === digest)
      return { status: 'skipped', summary: `${path} is as it was` };
    const old = digest === undefined ? undefined : await readBackup(backup, digest);
    await agreeIfChanged(path, state, old?.text, config, context);
    if (old?.text === undefined) await removeFile(path);
    else await replaceFile(path, old.text, state.text === undefined ? { ...old, text: undefined } : state, old.mode);
    return { summary: old === undefined ? `${path} is gone, as before` : `${path} is as it was` };
  },
};

function renderOptions({ file }: FileConfig, context: Pick<PreviewContext, 'render'>): FileOptions {
  return context.render(file);
}

function modeOf({ mode, kubeconfig, input }: FileOptions): number {
  const usual = kubeconfig !== undefined || input !== undefined ? '0600' : '0644';
  return Number.parseInt(mode ?? usual, 8);
}

async function look(config: FileConfig, context: StepContext) {
  const options = renderOptions(config, context);
  const path = workspacePath(options.path, context);
  const state = await readState(path);
  const wanted = await wantedText(options, state, context, (input) => requireSecret(input, context));
  return { options, path, state, wanted };
}

/** What is to stand in the file; undefined where it is to go. */
async function wantedText(
  options: FileOptions,
  { text = '', ...state }: FileState,
  context: PreviewContext,
  secretOf: (input: string) => string,
): Promise<string | undefined> {
  const { lines, block, content, template, input, kubeconfig, absent, name = context.system, comment = '#' } = options;
  const marks = blockMarks(name, comment);
  if (absent && lines) return state.mode === 0 ? undefined : withoutLines(text, lines);
  if (absent && block !== undefined) return state.mode === 0 ? undefined : withoutBlock(text, marks);
  if (absent) return undefined;
  if (lines) return withLines(text, lines);
  if (block !== undefined) return withBlock(text, block, marks);
  if (input !== undefined) return secretOf(input);
  if (template !== undefined) return String(context.render((await context.readFile(template)).text));
  if (kubeconfig === undefined) return content ?? '';
  const from = workspacePath(kubeconfig.from, context);
  const source = await readFile(from, 'utf8').catch((cause) => {
    throw new Problem(`The kubeconfig ${kubeconfig.from} cannot be read`, { where: from, cause });
  });
  return mergeKubeconfig(text, { ...kubeconfig, text: source }, workspacePath(options.path, context));
}

function previewOf(
  path: string,
  before: string | undefined,
  after: string | undefined,
  options: FileOptions,
  secret: string | undefined,
): StepPreview {
  const object = `file/${path}`;
  if (before === after) return { certainty: 'previewed', summary: path, changes: [{ object, action: 'unchanged' }] };
  const action = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
  return {
    certainty: 'previewed',
    summary: path,
    changes: [{ object, action, fields: shown(before ?? '', after ?? '', options, secret) }],
  };
}

function shown(
  before: string,
  after: string,
  { kubeconfig, input }: FileOptions,
  secret: string | undefined,
): FieldChange[] {
  if (kubeconfig) return kubeconfigChanges(before, after);
  // What was there before a secret was most likely one too.
  if (input !== undefined) return [{ path: 'content', before: '(hidden)', after: '(hidden, changed)' }];
  const masker = createMasker();
  if (secret) masker.add(secret);
  return lineChanges(before, after);
}

async function readBackup(backup: string | undefined, digest: string): Promise<FileState> {
  const state = backup === undefined ? undefined : await readState(backup);
  if (state?.text !== undefined && digestOf(state.text) === digest) return state;
  throw new Problem('The backup is not there any more, or was changed', { where: backup });
}

/** Somebody may have changed the file since: what they wrote would be lost. */
async function agreeIfChanged(
  path: string,
  state: FileState,
  old: string | undefined,
  config: FileConfig,
  context: StepContext,
): Promise<void> {
  const options = renderOptions(config, context);
  const earlier = { ...state, text: old, mode: old === undefined ? 0 : state.mode };
  const ours = await wantedText(options, earlier, context, (input) => context.secret(input) ?? '');
  if (state.text === undefined || state.text === ours) return;
  const text = `${path} was changed since. Put it back to what it was before this step all the same?`;
  const answer = await context.ask({ kind: 'confirm', text, dangerous: true });
  if (answer.kind !== 'confirm' || !answer.yes) throw new Problem(`${path} was changed since, and is left as it is`);
}

/** Who may not write the file is told what to type. */
async function withCommands(error: unknown, config: FileConfig, context: StepContext): Promise<unknown> {
  if (!(error instanceof Problem) || !/may not be changed/.test(error.message)) return error;
  const lines = await fileEquivalent(config.file, context);
  return new Problem(`${error.message}: that needs root, or its owner`, {
    where: error.where,
    next: lines.map((line) => line.replace(/\| tee /, '| sudo tee ').replace(/^(install|rm|sed|cp) /, 'sudo $1 ')),
    cause: error,
  });
}
