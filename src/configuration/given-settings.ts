import { existsSync } from 'node:fs';
import { configurationFile } from './configuration-file.ts';
import type { Settings } from './settings.ts';

/**
 * The user's settings; undefined where no file and no variable sets anything, so that a start does not wait for the reading of
 * schemas and YAML. Throws `Problem` (exit code 2) with every fault in them.
 */
export async function givenSettings(env: NodeJS.ProcessEnv = process.env): Promise<Settings | undefined> {
  const given = existsSync(configurationFile(env)) || Object.keys(env).some((name) => name.startsWith('TARS_CONSOLE_'));
  return given ? (await import('./settings.ts')).loadSettings(env) : undefined;
}
