import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { toolEnvironment } from './environment.ts';
import { whichProgram } from './find-tool.ts';
import type { RegistryCredentials } from './image-registry.ts';
import { runTool } from './run-tool.ts';

interface AuthFile {
  auths?: Record<string, { auth?: string; username?: string; password?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/**
 * What `docker login` or `podman login` has left for a registry: in their files, or with their credential helper. Undefined
 * where there is nothing; a helper that fails counts as nothing, for many images need no login.
 */
export async function savedCredentials(
  registry: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RegistryCredentials | undefined> {
  const home = env.HOME || homedir();
  const files = [
    env.REGISTRY_AUTH_FILE,
    join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json'),
  ];
  for (const file of files) {
    const found = file ? await credentialsIn(readAuthFile(file), registry) : undefined;
    if (found) return found;
  }
  return undefined;
}

function readAuthFile(path: string): AuthFile {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) ?? {}) as AuthFile;
  } catch {
    return {};
  }
}

async function credentialsIn(file: AuthFile, registry: string): Promise<RegistryCredentials | undefined> {
  // Docker Hub's is kept under the address of its first version.
  const names =
    registry === 'docker.io' ? ['https://index.docker.io/v1/', 'docker.io'] : [registry, `https://${registry}`];
  for (const name of names) {
    const entry = file.auths?.[name];
    if (entry?.auth) {
      const text = Buffer.from(entry.auth, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      if (colon > 0) return { username: text.slice(0, colon), password: text.slice(colon + 1) };
    }
    const helper = file.credHelpers?.[name] ?? (entry ? file.credsStore : undefined);
    const helped = helper ? await askHelper(helper, name) : undefined;
    if (helped) return helped;
  }
  return undefined;
}

/** https://github.com/docker/docker-credential-helpers: the server by stdin, JSON by stdout. */
async function askHelper(name: string, server: string): Promise<RegistryCredentials | undefined> {
  const path = /^[A-Za-z0-9._-]+$/.test(name) ? whichProgram(`docker-credential-${name}`) : undefined;
  if (!path) return undefined;
  try {
    const signal = AbortSignal.timeout(10_000);
    const { code, stdout } = await runTool(path, ['get'], { env: toolEnvironment(), stdin: server, signal });
    const { Username: username, Secret: password } = JSON.parse(code === 0 ? stdout : '{}') as Record<string, string>;
    return username && password ? { username, password } : undefined;
  } catch {
    return undefined;
  }
}
