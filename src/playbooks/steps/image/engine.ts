import { Problem } from '../../../base/errors.ts';
import { loadSettings } from '../../../configuration/settings.ts';
import { findTool } from '../../../tools/find-tool.ts';
import { imageEngines, type Tool } from '../../../tools/tool.ts';
import type { PlanContext, StepContext } from '../../step-kind.ts';
import { callTool } from '../tool-call.ts';
import { workspacePath } from '../workspace-path.ts';
import type { ImageOptions } from './options.ts';

/** The engine that a step uses: the one that it names, the configuration's, or the first that is there. Throws `Problem`. */
export function findEngine(options: Pick<ImageOptions, 'engine'>): Tool {
  const wanted = options.engine ?? loadSettings().imageEngine;
  const candidates = wanted === undefined ? imageEngines : imageEngines.filter(({ name }) => name === wanted);
  const found = candidates.find((tool) => isThere(tool));
  if (found) return found;
  const [only] = candidates;
  if (only && candidates.length === 1) findTool(only);
  throw new Problem('There is nothing here that builds images', {
    next: [`Install one of ${imageEngines.map(({ name }) => name).join(', ')}`],
  });
}

function isThere(tool: Tool): boolean {
  try {
    findTool(tool);
    return true;
  } catch {
    return false;
  }
}

/** Why the engine cannot work: its daemon is not there, or nobody may speak to it. Undefined when it can. */
export async function engineFault(engine: Tool, context: StepContext): Promise<string | undefined> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(20_000)]);
  const { code, stderr } = await callTool(engine, ['info'], context, { expect: 'any', signal });
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `${engine.name} info ended with ${code}`);
}

/** Absolute path of the folder that an image is built from. */
export function buildFolder(
  build: NonNullable<ImageOptions['build']>,
  context: Pick<PlanContext, 'workspace'>,
): string {
  return workspacePath(typeof build === 'string' ? build : build.context, context);
}

/** The arguments of a build. */
export function buildArguments(
  options: ImageOptions,
  tags: readonly string[],
  context: Pick<PlanContext, 'workspace'>,
): string[] {
  const build = typeof options.build === 'string' ? { context: options.build } : options.build;
  if (!build) return [];
  const folder = buildFolder(build, context);
  const { file, args = {}, target, platform } = build as Exclude<ImageOptions['build'], string | undefined>;
  return [
    'build',
    ...tags.flatMap((tag) => ['--tag', tag]),
    ...(!file ? [] : ['--file', workspacePath(file, context, folder)]),
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${String(value)}`]),
    ...(!target ? [] : ['--target', target]),
    ...(!platform ? [] : ['--platform', platform]),
    folder,
  ];
}
