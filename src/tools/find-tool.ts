import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { Problem } from '../base/errors.ts';
import { toolEnvironment } from './environment.ts';
import { installLine } from './install-line.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './tool.ts';
import { compareVersions, formatVersion, parseVersion, type Version } from './version.ts';

export interface ToolSearch {
  /** Paths that the configuration gives, by the tool's name; they win over PATH. */
  paths?: Readonly<Record<string, string>> | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}

/** Absolute path of a program by PATH. Undefined when there is none that may be started. */
export function whichProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (name.includes('/')) return isAbsolute(name) && isProgram(name) ? name : undefined;
  // An empty or relative entry would mean the folder that one happens to be in.
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Absolute path of a tool. Throws `Problem`: what it is needed for and how one comes by it. */
export function findTool(tool: Tool, search: ToolSearch = {}): string {
  // By which the settings reach every process of this program.
  const variable = `TARS_CONSOLE_${tool.name.toUpperCase()}`;
  const given = search.paths?.[tool.name] ?? ((search.env ?? process.env)[variable] || undefined);
  const path = whichProgram(given ?? tool.name, search.env);
  if (path) return path;
  if (given !== undefined)
    throw new Problem(`The configuration names ${given} as ${tool.name}, and that cannot be started`, {
      next: ['Correct the path, or take it away so that PATH counts'],
    });
  throw new Problem(`${tool.name} is needed ${tool.purpose}, and it is not in PATH`, {
    next: [`Install it: ${installLine(tool.install)}`],
  });
}

const known = new Map<string, Promise<Version | undefined>>();

/**
 * A tool's path and version; asked once for each path. Throws `Problem` for one that is missing or too old. The version is
 * undefined where it does not tell.
 */
export async function requireTool(
  tool: Tool,
  search: ToolSearch = {},
): Promise<{ path: string; version: Version | undefined }> {
  const path = findTool(tool, search);
  const { versionArgs, minimum } = tool;
  if (!versionArgs) return { path, version: undefined };
  const asked = known.get(path) ?? askVersion(path, versionArgs);
  known.set(path, asked);
  const version = await asked;
  if (version && minimum && compareVersions(version, minimum) < 0)
    throw new Problem(
      `${tool.name} ${formatVersion(version)} is too old; ${formatVersion(minimum)} or newer is needed ${tool.purpose}`,
      { where: path, next: [`Install a newer one: ${installLine(tool.install)}`] },
    );
  return { path, version };
}

async function askVersion(path: string, args: readonly string[], withinMs = 20_000): Promise<Version | undefined> {
  const { stdout, stderr } = await runTool(path, args, {
    env: toolEnvironment(),
    signal: AbortSignal.timeout(withinMs),
    graceMs: 200,
  });
  return parseVersion(stdout) ?? parseVersion(stderr);
}

/** A program as it was found here; nothing about it is an error. */
export interface FoundTool {
  name: string;
  found: boolean;
  /** Where it is; empty when it was not found. */
  path: string;
  /** `1.36.2`; empty where it does not tell. */
  version: string;
  /** The oldest that will do, empty where any will. */
  minimum: string;
  /** It is there, and not known to be too old. */
  enough: boolean;
  /** What installs it on this machine. */
  install: string;
}

/** Looks for a program and asks it for its version, which may take it `withinMs` at most. Never throws. */
export async function lookForTool(tool: Tool, { withinMs = 3000, ...search }: ToolSearch & { withinMs?: number } = {}) {
  const minimum = tool.minimum ? formatVersion(tool.minimum) : '';
  const facts = { name: tool.name, minimum, install: installLine(tool.install) };
  let path: string;
  try {
    path = findTool(tool, search);
  } catch {
    return { ...facts, found: false, path: '', version: '', enough: false } satisfies FoundTool;
  }
  const version = tool.versionArgs && (await askVersion(path, tool.versionArgs, withinMs).catch(() => undefined));
  const enough = !version || !tool.minimum || compareVersions(version, tool.minimum) >= 0;
  return { ...facts, found: true, path, version: version ? formatVersion(version) : '', enough } satisfies FoundTool;
}
