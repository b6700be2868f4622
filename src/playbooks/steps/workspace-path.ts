import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PlanContext } from '../step-kind.ts';

/** A path as a person writes it, absolute: by the workspace (or another folder), and `~/` is the home folder. */
export function workspacePath(path: string, { workspace }: Pick<PlanContext, 'workspace'>, from = workspace): string {
  return path.startsWith('~/') ? join(process.env.HOME || homedir(), path.slice(2)) : resolve(from, path);
}
