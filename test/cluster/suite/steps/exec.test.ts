import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readOnly } from '../../../../src/cluster/read-only.ts';
import { execInPod } from '../../../../src/cluster/streams/exec.ts';
import { execStep } from '../../../../src/playbooks/steps/exec.ts';
import { openStepCluster, type StepOptions, stepContext, written } from '../../support/steps.ts';
import { runningPod } from '../../support/streams.ts';

const { cluster, connection } = await openStepCluster();
await runningPod(cluster, connection.info.namespace, 'box');

const exec = (config: object, options: StepOptions = {}) => {
  const step = stepContext(connection, options);
  return { step, config: written(execStep, { exec: { in: 'Pod/box', ...config } }) };
};

it('a command runs, its lines are said, and what it wrote is known to later steps', async () => {
  const { step, config } = exec({ command: ['sh', '-c', 'echo \'{"a": 1}\'; echo careful >&2'] });
  const result = await execStep.run(config, step.context);
  expect(result.outputs).toEqual({ stdout: '{"a": 1}\n', code: 0, json: { a: 1 }, pod: 'box' });
  expect(step.said.sort()).toEqual(['careful', '{"a": 1}']);
});

it('another exit code than the expected ones fails the step with its last lines', async () => {
  const { step, config } = exec({ command: ['sh', '-c', 'echo broken >&2; exit 3'] });
  await expect(execStep.run(config, step.context)).rejects.toMatchObject({
    message: 'sh ended with 3 in box',
    evidence: ['broken'],
  });
  const expected = exec({ command: ['sh', '-c', 'exit 3'], 'exit-codes': [0, 3] });
  expect((await execStep.run(expected.config, expected.step.context)).outputs).toMatchObject({ code: 3 });
});

it('a program that is not there is said as such', async () => {
  const { step, config } = exec({ command: ['no-such-program'] });
  await expect(execStep.run(config, step.context)).rejects.toThrow(
    'There is no program no-such-program in the container',
  );
});

it('a secret reaches the command by standard input and shows nowhere', async () => {
  const { step, config } = exec(
    { command: ['sh', '-c', 'cat > /tmp/secret; cat /tmp/secret; wc -c < /tmp/secret'], stdin: { secret: 'token' } },
    { secrets: { token: 's3cret-väl ue/42' } },
  );
  await execStep.run(config, step.context);
  expect(step.said.join('')).toMatch(/^•+17$/);
});

it('a large input arrives whole, and its end is the end of the command’s input', async () => {
  const { step, config } = exec(
    { command: ['sha256sum'], stdin: { file: 'big.txt' } },
    { files: { 'big.txt': 'x'.repeat(3_000_000) } },
  );
  const { outputs } = await execStep.run(config, step.context);
  expect(outputs?.stdout).toBe('e55b8bdf621ddaa8f462c74745db9680d3bb7536a9cf854f8d6668b34a287890  -\n');
});

it('`unless` says whether it is done; without it nobody knows', async () => {
  const { step, config } = exec({ command: ['touch', '/tmp/made'], unless: ['test', '-e', '/tmp/made'] });
  expect(await execStep.probe?.(config, step.context)).toMatchObject({ done: false });
  expect((await execStep.run(config, step.context)).status).toBeUndefined();
  expect(await execStep.probe?.(config, step.context)).toMatchObject({ done: true });
  expect((await execStep.run(config, step.context)).status).toBe('skipped');
  const without = exec({ command: ['touch', '/tmp/made'] });
  expect(await execStep.probe?.(without.config, without.step.context)).toMatchObject({ done: 'unknown' });
});

it('a pod that is not there, a container that it does not have and a refusal are told', async () => {
  const missing = exec({ in: 'Pod/none', command: ['true'] });
  await expect(execStep.run(missing.config, missing.step.context)).rejects.toThrow('There is no Pod/none');
  const wrong = exec({ container: 'sidecar', command: ['true'] });
  await expect(execStep.run(wrong.config, wrong.step.context)).rejects.toThrow('Pod/box has no container sidecar');
  const { namespace } = connection.info;
  const gone = execInPod(connection, { namespace, pod: 'none', command: ['true'] });
  await expect(gone).rejects.toMatchObject({ status: 404, message: 'pods "none" not found' });
  const refused = execInPod(readOnly(connection), { namespace, pod: 'box', command: ['true'] });
  await expect(refused).rejects.toThrow('Nothing is changed with --read-only');
});

it('a command that goes on for ever ends with its signal', async () => {
  const { namespace } = connection.info;
  const ending = new AbortController();
  const running = execInPod(connection, {
    namespace,
    pod: 'box',
    command: ['sh', '-c', 'echo started; sleep 1000'],
    signal: ending.signal,
    onStdout: () => ending.abort(new Error('enough')),
  });
  await expect(running).rejects.toThrow('enough');
});

it('its plan names the pod and the command and runs nothing', async () => {
  const { step, config } = exec({ command: ['touch', '/tmp/planned'] });
  expect(await execStep.plan?.(config, step.context)).toMatchObject({
    certainty: 'cannot preview',
    changes: [{ object: 'Pod/box', action: 'run', note: 'touch /tmp/planned' }],
  });
  const check = exec({ command: ['test', '-e', '/tmp/planned'], 'exit-codes': [1] });
  expect((await execStep.run(check.config, check.step.context)).outputs).toMatchObject({ code: 1 });
  expect(await execStep.equivalent(config, step.context)).toEqual([
    `kubectl exec -n ${connection.info.namespace} pod/box -- touch /tmp/planned`,
  ]);
});

it('what a command writes becomes a file that has its name only when it is whole', async () => {
  const { step, config } = exec({
    command: ['sh', '-c', 'seq 1 20000; echo "-- the end"; echo; echo behind it'],
    to: { file: 'out/numbers.txt', begins: '1\n2', complete: '-- the end', verify: ['grep', '-q', '19999'] },
  });
  const before = await execStep.before?.(config, step.context);
  expect(await execStep.probe?.(config, step.context, before)).toMatchObject({ done: false });
  const { outputs } = await execStep.run(config, step.context);
  const file = join(step.folder, 'out', 'numbers.txt');
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(outputs).toEqual({ stdout: '', code: 0, json: null, pod: 'box', file, bytes: bytes.length, sha256 });
  expect(bytes.toString()).toMatch(/^1\n2\n.*\n20000\n-- the end\n\nbehind it\n$/s);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(step.folder, 'out'))).toEqual(['numbers.txt']);
  expect(await execStep.probe?.(config, step.context, before)).toMatchObject({ done: true, outputs: { sha256 } });
  await expect(execStep.run(config, step.context)).rejects.toThrow('is there already, and is not written over');
  expect(step.said).toEqual([]);
});

it('a file that is cut short, begins otherwise, fails its command or its check, or is stopped is not kept', async () => {
  const refused = async (command: string, to: object, why: string, stop?: AbortController) => {
    const { step, config } = exec({ command: ['sh', '-c', command], to: { file: 'out.txt', ...to } });
    const context = stop ? { ...step.context, signal: stop.signal } : step.context;
    await expect(execStep.run(config, context)).rejects.toThrow(why);
    expect(readdirSync(step.folder)).toEqual([]);
  };
  await refused('echo half', { complete: 'the end' }, 'the line "the end" is not among its last ones');
  await refused('echo other', { begins: 'PGDMP' }, 'it does not begin with "PGDMP"');
  await refused('echo whole; exit 3', {}, 'sh ended with 3 in box');
  await refused('echo whole', { verify: ['grep', '-q', 'missing'] }, 'grep ended with 1 in box');
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('stopped by hand')), 300);
  await refused('echo begun; sleep 100', {}, 'stopped by hand', stop);
});

it('a connection that breaks off leaves no file', async () => {
  const cut = exec({ command: ['sh', '-c', 'echo begun; sleep 100'], to: { file: 'out.txt' } });
  const breaking: typeof connection.stream = async (request) => {
    const stream = await connection.stream(request);
    setTimeout(() => stream.close(), 300);
    return stream;
  };
  const broken = { ...cut.step.context, connection: { ...connection, stream: breaking } };
  await expect(execStep.run(cut.config, broken)).rejects.toThrow('The connection ended before sh did');
  expect(readdirSync(cut.step.folder)).toEqual([]);
});

it('a file of this machine is read by a command, with words before and behind it that tell that it was whole', async () => {
  const files = { 'big.txt': 'x'.repeat(3_000_000) };
  const whole = exec({ command: ['wc', '-c'], stdin: { path: 'big.txt', before: 'BEGIN', after: 'END' } }, { files });
  expect((await execStep.run(whole.config, whole.step.context)).outputs?.stdout).toBe('3000008\n');
  const other = exec(
    { command: ['sh', '-c', 'tail -c 3 > /tmp/last'], stdin: { path: 'big.txt', after: 'END', sha256: 'ab' } },
    { files },
  );
  await expect(execStep.run(other.config, other.step.context)).rejects.toThrow('changed while it was read');
  const last = exec({ command: ['sh', '-c', 'sleep 0.2; cat /tmp/last'] });
  expect((await execStep.run(last.config, last.step.context)).outputs?.stdout).not.toBe('END');
  const none = exec({ command: ['cat'], stdin: { path: 'none.txt' } });
  await expect(execStep.run(none.config, none.step.context)).rejects.toThrow('cannot be read');
});
