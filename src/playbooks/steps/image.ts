import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { messageOf, Problem } from '../../base/errors.ts';
import { mirroredImage } from '../../configuration/mirror.ts';
import { loadSettings } from '../../configuration/settings.ts';
import { isLocalRegistry, parseImageReference, pinnedReference } from '../../tools/image-reference.ts';
import { type RegistryCredentials, registryDigest } from '../../tools/image-registry.ts';
import { savedCredentials } from '../../tools/registry-login.ts';
import type { Tool } from '../../tools/tool.ts';
import type { PlanContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { buildArguments, buildFolder, engineFault, findEngine } from './image/engine.ts';
import { whileLoggedIn } from './image/login.ts';
import { type ImageConfig, type ImageOptions, imageShape } from './image/options.ts';
import { requireSecret } from './secret-values.ts';
import { callTool } from './tool-call.ts';

/** Builds, tags and pushes an image, and verifies what the registry has. */
export const imageStep: StepKind<ImageConfig> = {
  name: 'image',
  description: 'Builds, tags and pushes an image, and verifies its digest in the registry',
  shape: imageShape,
  effects: 'outside',
  needsCluster: () => false,
  outputs: { image: 'string', digest: 'string', pinned: 'string', standIn: 'bool' },
  async plan({ image }, context) {
    const options = renderKnown(context, image);
    const names = [options.tag, ...(options.also ?? [])];
    const note = whatOf(options);
    return {
      certainty: isOnlyVerified(options) ? 'previewed' : 'cannot preview',
      summary: `${note}: ${options.tag}`,
      changes: names.map((name) => ({
        object: `image/${name}`,
        action: isOnlyVerified(options) ? 'unchanged' : 'run',
        note,
      })),
      ...(isOnlyVerified(options) ? {} : { why: 'what a build comes to is not known before it is done' }),
    };
  },
  async probe({ image }, context) {
    const options = context.render(image);
    if (options.digest === undefined)
      return { done: false, reason: 'it is built and pushed again; that may be repeated' };
    const there = await digestInRegistry(options.tag, options, context).catch(() => undefined);
    const done = there === options.digest;
    return { done, reason: done ? 'the registry has it' : `the registry has ${there ?? 'no such image'}` };
  },
  async run({ image }, context) {
    const options = context.render(image);
    for (const name of [options.tag, ...(options.also ?? []), ...(options.from ? [options.from] : [])])
      parseImageReference(name);
    const why = context.connection.info.sandbox ? await whyRehearsed(options, context) : undefined;
    if (why !== undefined) return rehearse(options, why, context);
    if (isOnlyVerified(options)) return verify(options, context);
    const engine = findEngine(options);
    const call = (args: readonly string[]) =>
      callTool(engine, args, context, { onLine: (line) => context.output(line) });
    const names = [options.tag, ...(options.also ?? [])];
    if (options.build !== undefined) await call(buildArguments(options, names, context));
    else if (options.from !== undefined) {
      const from = mirroredImage(options.from, loadSettings().mirror.images);
      await call(['pull', from]);
      for (const name of names) await call(['tag', from, name]);
    }
    if (!options.push) {
      const { stdout } = await callTool(engine, idArguments(engine, options.tag), context);
      return resultOf(options, stdout.trim(), `${options.tag} is ${options.from ? 'pulled' : 'built'}`);
    }
    const pushed = await whileLoggedIn(engine, options, context, (env) => push(engine, names, context, env));
    return verify(options, context, `${names.join(', ')} pushed`, pushed);
  },
  async equivalent({ image }, context) {
    return equivalentOf(renderKnown(context, image), context);
  },
};

function isOnlyVerified({ build, from, push }: ImageOptions): boolean {
  return build === undefined && from === undefined && !push;
}

function whatOf(options: ImageOptions): string {
  if (isOnlyVerified(options)) return 'verify the digest';
  const made = options.build !== undefined ? 'build' : options.from !== undefined ? `copy ${options.from}` : '';
  return [made, options.push ? 'push' : ''].filter(Boolean).join(' and ');
}

/** What the registry has must be what is expected, where something is. */
async function verify(
  options: ImageOptions,
  context: StepContext,
  done = 'verified',
  pushed?: string,
): Promise<StepResult> {
  const expected = options.digest ?? pushed;
  const digest = await digestInRegistry(options.tag, options, context);
  if (digest === undefined)
    throw new Problem(`The registry has no ${options.tag}`, { next: [`docker pull ${options.tag}`] });
  if (expected !== undefined && digest !== expected)
    throw new Problem(`The registry has another ${options.tag} than expected`, {
      evidence: [`expected ${expected}`, `observed ${digest}`],
    });
  return resultOf(options, digest, `${done}: ${digest}`);
}

function resultOf({ tag }: ImageOptions, digest: string, summary: string, standIn = false): StepResult {
  const pinned = pinnedReference(parseImageReference(tag), digest);
  return { summary, outputs: { image: tag, digest, pinned, standIn } };
}

async function credentialsOf(
  options: ImageOptions,
  registry: string,
  context: StepContext,
): Promise<RegistryCredentials | undefined> {
  const { username, password } = options;
  if (username && password !== undefined) return { username, password: requireSecret(password, context) };
  const saved = await savedCredentials(registry);
  if (saved) context.hide(saved.password);
  return saved;
}

async function digestInRegistry(
  name: string,
  options: ImageOptions,
  context: StepContext,
): Promise<string | undefined> {
  const reference = parseImageReference(name);
  const credentials = await credentialsOf(options, reference.registry, context);
  return registryDigest(reference, { credentials, signal: context.signal });
}

/** Pushes every name. The digest that the engine says of the first, where it does. */
async function push(engine: Tool, names: readonly string[], context: StepContext, env: Record<string, string>) {
  let said: string | undefined;
  for (const name of names) {
    context.progress(`${engine.name} pushes ${name}`);
    const onLine = (line: string) => context.output(line);
    const { stdout } = await callTool(engine, ['push', name], context, { env, onLine });
    said ??= /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
  }
  return said;
}

function idArguments({ name }: Tool, tag: string): string[] {
  return name === 'buildah'
    ? ['inspect', '--type', 'image', '--format', '{{.FromImageDigest}}', tag]
    : ['image', 'inspect', '--format', '{{.Id}}', tag];
}

/** Why an image cannot be had while rehearsing. Undefined where all of it can be done. */
async function whyRehearsed(options: ImageOptions, context: StepContext): Promise<string | undefined> {
  try {
    const { registry } = parseImageReference(options.tag);
    if (options.push && !isLocalRegistry(registry)) return `a rehearsal pushes nothing to ${registry}`;
    const folder = options.build === undefined ? undefined : buildFolder(options.build, context);
    if (folder !== undefined && !existsSync(folder)) return `there is nothing at ${folder}`;
    if (!isOnlyVerified(options)) return await engineFault(findEngine(options), context);
    await digestInRegistry(options.tag, options, context);
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    return messageOf(error);
  }
}

/** On the sandbox images are never pulled: a digest of its own stands in for the one that there would be. */
function rehearse(options: ImageOptions, why: string, context: StepContext): StepResult {
  for (const line of equivalentOf(options, context)) context.output(`Rehearsal: would run ${line}`);
  const digest = options.digest ?? `sha256:${createHash('sha256').update(`stand-in for ${options.tag}`).digest('hex')}`;
  return resultOf(options, digest, `a stand-in for ${options.tag}, as ${why}`, true);
}

function equivalentOf(options: ImageOptions, context: PlanContext): string[] {
  const engine = options.engine ?? 'docker';
  const names = [options.tag, ...(options.also ?? [])];
  const built = options.build === undefined ? [] : [[engine, ...buildArguments(options, names, context)]];
  const copied =
    options.from === undefined
      ? []
      : [[engine, 'pull', options.from], ...names.map((name) => [engine, 'tag', options.from ?? '', name])];
  const pushed = options.push ? names.map((name) => [engine, 'push', name]) : [];
  const seen = options.push || isOnlyVerified(options) ? [[engine, 'manifest', 'inspect', options.tag]] : [];
  return [...built, ...copied, ...pushed, ...seen].map((words) => words.map(shellWord).join(' '));
}
