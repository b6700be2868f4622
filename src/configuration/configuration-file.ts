import { join } from 'node:path';
import { configFolder } from '../base/folders.ts';

/** Where the user's settings lie, whether they exist or not. */
export function configurationFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(configFolder(env), 'config.yaml');
}
