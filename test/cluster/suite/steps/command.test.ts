import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { commandStep } from '../../../../src/playbooks/steps/command.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, type StepOptions, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, 'default');
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const node = process.execPath;
const prepare = (command: unknown, options?: StepOptions) => ({
  config: written(commandStep, { command }),
  ...stepContext(connection, options),
});

describe('a command', () => {
  it('is run in the workspace without a shell, and what it writes is shown and put out', async () => {
    const { config, context, said, folder } = prepare([
      node,
      '-e',
      'console.log(process.cwd(), process.argv[1])',
      '$HOME; id',
    ]);
    const { outputs } = await commandStep.run(config, context);
    expect(outputs).toEqual({ stdout: `${folder} $HOME; id`, code: 0 });
    expect(said).toEqual([`${folder} $HOME; id`]);
  });

  it('fails with what it wrote last, unless its code is one that is expected', async () => {
    const run = [node, '-e', 'console.error("error: no such thing"); process.exit(3)'];
    const { config, context } = prepare({ run });
    await expect(commandStep.run(config, context)).rejects.toMatchObject({
      message: expect.stringMatching(/ended with 3: error: no such thing$/),
      evidence: ['error: no such thing'],
    });
    const expected = prepare({ run, 'exit-codes': [0, 3] });
    expect((await commandStep.run(expected.config, expected.context)).outputs).toMatchObject({ code: 3 });
  });

  it('gets a secret by stdin or as a variable of its own, and never shows it', async () => {
    const script =
      'process.stdin.on("data", (data) => console.log(String(data), process.env.TOKEN, process.argv.length))';
    const { config, context, said } = prepare(
      { run: [node, '-e', script], stdin: { input: 'password' }, 'secret-env': { TOKEN: 'token' } },
      { secrets: { password: 'a-marked-password', token: 'a-marked-token' } },
    );
    await commandStep.run(config, context);
    expect(said).toEqual(['•••••• •••••• 1']);
    expect((await commandStep.equivalent(config, context)).join('\n')).not.toContain('marked');
  });

  it('has nothing of our environment but what every program needs', async () => {
    process.env.SOME_SECRET_OF_OURS = 'x';
    const { config, context } = prepare({ run: [node, '-p', 'Object.keys(process.env).join()'], env: { NAMED: 1 } });
    const { outputs } = await commandStep.run(config, context);
    delete process.env.SOME_SECRET_OF_OURS;
    expect(String(outputs?.stdout).split(',')).toEqual(expect.arrayContaining(['PATH', 'NAMED']));
    expect(outputs?.stdout).not.toMatch(/SOME_SECRET|KUBECONFIG|VITEST/);
  });

  it('gets the kubeconfig when it says that it speaks to the cluster', async () => {
    const { config, context } = prepare({ run: [node, '-p', 'process.env.KUBECONFIG'], cluster: true });
    expect((await commandStep.run(config, context)).outputs?.stdout).toBe(cluster.access.kubeconfig);
  });

  it('is not run again when what it creates is there', async () => {
    const run = [node, '-e', 'require("node:fs").writeFileSync("made", "")'];
    const { config, context, folder } = prepare({ run, creates: 'made' });
    expect(await commandStep.plan?.(config, context)).toMatchObject({ certainty: 'cannot preview' });
    expect(existsSync(join(folder, 'made'))).toBe(false);
    expect(await commandStep.run(config, context)).toMatchObject({ summary: expect.stringMatching(/ended with 0$/) });
    expect(await commandStep.run(config, context)).toEqual({ status: 'skipped', summary: 'made is there' });
    expect(await commandStep.plan?.(config, context)).toMatchObject({ certainty: 'previewed' });
    expect(await commandStep.probe?.(config, context)).toMatchObject({ done: true });
  });

  it('asks its own probe; without one nobody can tell', async () => {
    const probe = [node, '-e', 'process.exit(require("node:fs").existsSync("made") ? 0 : 1)'];
    const { config, context, folder } = prepare({ run: [node, '-e', ''], probe });
    expect(await commandStep.probe?.(config, context)).toMatchObject({ done: false });
    writeFileSync(join(folder, 'made'), '');
    expect(await commandStep.probe?.(config, context)).toMatchObject({ done: true });
    const other = prepare([node, '-e', '']);
    expect(await commandStep.probe?.(other.config, other.context)).toMatchObject({ done: 'unknown' });
  });

  it('puts out what it wrote as JSON', async () => {
    const { config, context } = prepare({ run: [node, '-p', '`{"a": [1, 2]}`'], json: true });
    expect((await commandStep.run(config, context)).outputs).toMatchObject({ json: { a: [1, 2] } });
    const wrong = prepare({ run: [node, '-p', '"words"'], json: true });
    await expect(commandStep.run(wrong.config, wrong.context)).rejects.toThrow(/is not JSON/);
  });

  it('that is missing is named', async () => {
    const { config, context } = prepare(['no-such-program-at-all']);
    await expect(commandStep.run(config, context)).rejects.toThrow('There is no program no-such-program-at-all');
  });
});
