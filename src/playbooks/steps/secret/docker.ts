import { z } from 'zod';
import type { StepContext } from '../../step-kind.ts';
import { shellWord } from '../explain.ts';
import { keySource, keyValueOf, sourceLines } from './sources.ts';

export const dockerSchema = z.strictObject({
  server: z.string().min(1).describe('`registry.example`, `https://index.docker.io/v1/` for Docker Hub'),
  username: z.string().min(1),
  password: keySource.describe('Where the password or token comes from'),
  email: z.string().optional(),
});
export type DockerConfig = z.infer<typeof dockerSchema>;

/** The document of a `kubernetes.io/dockerconfigjson` Secret, as `kubectl create secret docker-registry` makes it. */
export async function dockerConfig(docker: DockerConfig, context: StepContext): Promise<Buffer> {
  const { server, username, email } = context.render({ ...docker, password: undefined });
  const password = (await keyValueOf('password', docker.password, context)).bytes.toString('utf8');
  context.hide(password);
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  context.hide(auth);
  const entry = { username, password, ...(email ? { email } : {}), auth };
  return Buffer.from(JSON.stringify({ auths: { [server]: entry } }));
}

/** The line that makes one by hand, with the password in a variable. */
export function dockerLine(name: string, { server, username, password }: DockerConfig, namespace: string): string {
  const { before, option } = sourceLines('password', password);
  const value = option.replace(/^'?--from-literal=password=/, '').replace(/'$/, '');
  const line = `kubectl create secret docker-registry ${name} -n ${namespace} --docker-server=${shellWord(server)} --docker-username=${shellWord(username)} --docker-password=${value}`;
  return [...before, line].join('; ');
}
