import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepSchema } from '../../../src/playbooks/schema.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { imageStep } from '../../../src/playbooks/steps/image.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { type StepOptions, stepWithoutCluster } from './step-without-cluster.ts';

const digest = `sha256:${'b'.repeat(64)}`;
let server: Server;
let registry: string;
beforeEach(async () => {
  server = createServer((_, response) => response.writeHead(200, { 'docker-content-digest': digest }).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  for (const name of ['DOCKER', 'IMAGE_ENGINE']) delete process.env[`TARS_CONSOLE_${name}`];
});

const prepare = (image: Record<string, unknown>, options: StepOptions = {}, body = '') => {
  const docker = fakeProgram('docker', body);
  process.env.TARS_CONSOLE_DOCKER = docker.path;
  process.env.TARS_CONSOLE_IMAGE_ENGINE = 'docker';
  const config = stepSchema(imageStep as StepKind).parse({ title: 'x', image }) as Parameters<typeof imageStep.run>[0];
  return { docker, config, ...stepWithoutCluster(options) };
};
const lines = ({ docker }: ReturnType<typeof prepare>) => docker.calls().map(({ args }) => args.join(' '));

describe('an image', () => {
  it('is built, pushed under all its names, and the registry’s digest is put out', async () => {
    const step = prepare({
      tag: `${registry}/tars/backend:1.2`,
      also: [`${registry}/tars/backend:latest`],
      build: { context: 'backend', file: 'Dockerfile.prod', args: { VERSION: '1.2' } },
      push: true,
    });
    const { outputs } = await imageStep.run(step.config, step.context);
    expect(lines(step)).toEqual([
      `build --tag ${registry}/tars/backend:1.2 --tag ${registry}/tars/backend:latest --file ${step.folder}/backend/Dockerfile.prod --build-arg VERSION=1.2 ${step.folder}/backend`,
      `push ${registry}/tars/backend:1.2`,
      `push ${registry}/tars/backend:latest`,
    ]);
    expect(outputs).toEqual({
      image: `${registry}/tars/backend:1.2`,
      digest,
      pinned: `${registry}/tars/backend@${digest}`,
      standIn: false,
    });
  });

  it('is copied into another registry', async () => {
    const step = prepare({ tag: `${registry}/nginx:1`, from: 'nginx:1', push: true });
    await imageStep.run(step.config, step.context);
    expect(lines(step)).toEqual(['pull nginx:1', `tag nginx:1 ${registry}/nginx:1`, `push ${registry}/nginx:1`]);
  });

  it('that the registry has otherwise than it was pushed, or than expected, is an error', async () => {
    const other = `sha256:${'c'.repeat(64)}`;
    const pushed = prepare(
      { tag: `${registry}/a:1`, build: '.', push: true },
      {},
      `console.log('1: digest: ${other} size: 528')`,
    );
    await expect(imageStep.run(pushed.config, pushed.context)).rejects.toMatchObject({
      evidence: [`expected ${other}`, `observed ${digest}`],
    });
    const verified = prepare({ tag: `${registry}/a:1`, digest });
    expect(await imageStep.run(verified.config, verified.context)).toMatchObject({ outputs: { digest } });
    expect(await imageStep.probe?.(verified.config, verified.context)).toMatchObject({ done: true });
    expect(verified.docker.calls()).toEqual([]);
  });

  it('is pushed with a password that is in no argument and in no file of the user’s', async () => {
    const step = prepare(
      { tag: `${registry}/a:1`, build: '.', push: true, username: 'me', password: 'registryPassword' },
      { secrets: { registryPassword: 'a-marked-password' } },
    );
    await imageStep.run(step.config, step.context);
    const [, login, push] = step.docker.calls();
    expect(login).toMatchObject({
      args: ['login', '--username', 'me', '--password-stdin', registry],
      stdin: 'a-marked-password',
    });
    expect(push?.env.DOCKER_CONFIG).toMatch(/tars-console-login-/);
    expect(push?.env.DOCKER_CONFIG).toBe(login?.env.DOCKER_CONFIG);
    for (const { args, env } of step.docker.calls()) expect(JSON.stringify([args, env])).not.toContain('marked');
  });

  it('that cannot be built says why', async () => {
    const body = `console.error('ERROR: failed to solve: no such file'); process.exitCode = 1`;
    const step = prepare({ tag: `${registry}/a:1`, build: '.' }, {}, body);
    await expect(imageStep.run(step.config, step.context)).rejects.toThrow(
      'docker build ended with 1: ERROR: failed to solve: no such file',
    );
  });

  it('has a stand-in on the sandbox where there is no engine, labelled as one', async () => {
    const body = `console.error('Cannot connect to the Docker daemon'); process.exitCode = 1`;
    const step = prepare({ tag: `${registry}/a:1`, build: '.', push: true }, { info: { sandbox: true } }, body);
    const result = await imageStep.run(step.config, step.context);
    expect(result).toMatchObject({
      summary: `a stand-in for ${registry}/a:1, as Cannot connect to the Docker daemon`,
      outputs: { standIn: true, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    });
    expect(step.said.at(-2)).toBe(`Rehearsal: would run docker push ${registry}/a:1`);
    const elsewhere = prepare({ tag: `${registry}/a:1`, build: '.', push: true }, {}, body);
    await expect(imageStep.run(elsewhere.config, elsewhere.context)).rejects.toThrow(/Cannot connect/);
  });
});
