import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseImageReference } from '../../../tools/image-reference.ts';
import type { Tool } from '../../../tools/tool.ts';
import type { StepContext } from '../../step-kind.ts';
import { requireSecret } from '../secret-values.ts';
import { callTool } from '../tool-call.ts';
import type { ImageOptions } from './options.ts';

/**
 * Logs the engine in for as long as `work` lasts, where the step names a password: in a folder of its own, for engines write
 * what they are given into the user's. Gives `work` the variables that lead there.
 */
export async function whileLoggedIn<T>(
  engine: Tool,
  { tag, username, password }: ImageOptions,
  context: StepContext,
  work: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  // An input that was left empty means that nobody logs in.
  if (!username || password === undefined) return work({});
  const folder = await mkdtemp(join(tmpdir(), 'tars-console-login-'));
  const env = { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: join(folder, 'auth.json') };
  try {
    await copyDockerSettings(folder);
    const args = ['login', '--username', username, '--password-stdin', parseImageReference(tag).registry];
    await callTool(engine, args, context, { env, stdin: requireSecret(password, context) });
    return await work(env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Docker's contexts and plugins lie beside its logins. */
async function copyDockerSettings(folder: string): Promise<void> {
  const from = process.env.DOCKER_CONFIG || join(process.env.HOME || homedir(), '.docker');
  for (const name of ['contexts', 'cli-plugins'])
    await cp(join(from, name), join(folder, name), { recursive: true }).catch(() => {});
  const { currentContext, proxies } = JSON.parse(
    await readFile(join(from, 'config.json'), 'utf8').catch(() => '{}'),
  ) as Record<string, unknown>;
  await writeFile(join(folder, 'config.json'), JSON.stringify({ currentContext, proxies }), { mode: 0o600 });
}
