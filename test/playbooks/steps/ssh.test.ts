import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { stepSchema } from '../../../src/playbooks/schema.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { sshArguments } from '../../../src/playbooks/steps/ssh/call.ts';
import { hostsOf } from '../../../src/playbooks/steps/ssh/hosts.ts';
import { remoteCommand } from '../../../src/playbooks/steps/ssh/remote.ts';
import { sshStep } from '../../../src/playbooks/steps/ssh.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { type StepOptions, stepWithoutCluster } from './step-without-cluster.ts';

/** Does here what it is told to do there; a host `down` does not answer. */
const here = `
const at = args.indexOf('--');
const [host, command] = args.slice(at + 1);
if (host === 'down') { console.error('ssh: connect to host down port 22: Connection refused'); process.exit(255); }
const result = require('node:child_process').spawnSync('sh', ['-c', command], { input: bytes, env: { ...process.env, HOST: host } });
process.stdout.write(result.stdout);
process.stderr.write(result.stderr);
process.exitCode = result.status;
`;
const parse = (ssh: Record<string, unknown>) =>
  stepSchema(sshStep as StepKind).parse({ title: 'x', ssh }) as Parameters<typeof sshStep.run>[0];
const prepare = (ssh: Record<string, unknown>, options: StepOptions = {}) => {
  const program = fakeProgram('ssh', here);
  process.env.TARS_CONSOLE_SSH = program.path;
  return { config: parse(ssh), program, ...stepWithoutCluster(options) };
};

afterEach(() => {
  delete process.env.TARS_CONSOLE_SSH;
});

describe('a script on other hosts', () => {
  it('runs on each of them, and its lines say which', async () => {
    const { config, context, said } = prepare({
      hosts: ['a', 'root@b:2222'],
      script: 'echo "on $HOST"\nread line; echo "[$line]"',
    });
    const result = await sshStep.run(config, context);
    expect(said.sort()).toEqual(['[a] []', '[a] on a', '[b:2222] []', '[b:2222] on b']);
    expect(result).toMatchObject({
      summary: 'done on 2 hosts',
      outputs: {
        hosts: [
          { host: 'a', code: 0, status: 'done', stdout: 'on a\n[]' },
          { host: 'b:2222', code: 0, status: 'done' },
        ],
        done: ['a', 'b:2222'],
      },
    });
  });

  it('names the hosts on which it failed, with why, and is done on the others', async () => {
    const script = 'echo "$HOST" && test "$HOST" != b || { echo "the disk is full" >&2; exit 4; }';
    const { config, context, said } = prepare({ hosts: ['a', 'b', 'down', 'c'], script, 'at-once': 1 });
    await expect(sshStep.run(config, context)).rejects.toMatchObject({
      message: 'It failed on 2 of 4 hosts: b, down',
      evidence: [
        'b: ended with 4: the disk is full',
        'down: down cannot be reached: ssh: connect to host down port 22: Connection refused',
      ],
    });
    expect(said).toContain('[c] c');
  });

  it('gets secrets by stdin: they are in no argument', async () => {
    const { config, context, program, said } = prepare(
      { hosts: ['a'], script: 'echo "$TOKEN $PLAIN"', env: { PLAIN: "it's" }, 'secret-env': { TOKEN: 'token' } },
      { secrets: { token: "a-marked'token" } },
    );
    await sshStep.run(config, context);
    expect(said).toEqual(["[a] •••••• it's"]);
    for (const { args, env } of program.calls()) expect(JSON.stringify([args, env])).not.toContain('marked');
    expect((await sshStep.equivalent(config, context)).join()).not.toContain('marked');
  });

  it('leaves a host alone where its test says so', async () => {
    const { config, context } = prepare({ hosts: ['a', 'b'], script: 'echo done', unless: 'test "$HOST" = a' });
    expect(await sshStep.run(config, context)).toMatchObject({
      summary: 'done on 1 host; nothing to do on a',
      outputs: { done: ['b'], skipped: ['a'] },
    });
    expect(await sshStep.probe?.(config, context)).toEqual({ done: false, reason: 'not on b' });
  });

  it('is only shown on the sandbox, unless it is for this machine', async () => {
    const sandbox: StepOptions = { info: { sandbox: true } };
    const far = prepare({ hosts: ['a'], script: 'echo x' }, sandbox);
    expect(await sshStep.run(far.config, far.context)).toMatchObject({ status: 'skipped' });
    expect(far.program.calls()).toEqual([]);
    const near = prepare({ hosts: ['localhost'], script: 'echo x' }, sandbox);
    expect(await sshStep.run(near.config, near.context)).toMatchObject({ summary: 'done on 1 host' });
  });
});

describe('a file for other hosts', () => {
  it('arrives whole, with its mode, in one step, and is not sent twice', async () => {
    const to = join(mkdtempSync(join(tmpdir(), 'tars-console-there-')), "it's here");
    const { config, context, folder } = prepare(
      { hosts: ['a'], upload: { file: 'from', to, mode: '0640' } },
      { files: { from: 'one\ntwo\u0000three' } },
    );
    expect(await sshStep.probe?.(config, context)).toMatchObject({ done: false });
    await sshStep.run(config, context);
    expect(readFileSync(to)).toEqual(readFileSync(join(folder, 'from')));
    expect(statSync(to).mode & 0o777).toBe(0o640);
    expect(await sshStep.run(config, context)).toMatchObject({ status: 'skipped', summary: 'nothing to do on a' });
    expect(await sshStep.probe?.(config, context)).toMatchObject({ done: true });
  });

  it('that was cut on its way is not put there', async () => {
    const to = join(mkdtempSync(join(tmpdir(), 'tars-console-there-')), 'file');
    const cut = fakeProgram(
      'ssh',
      here.replace('input: bytes', 'input: command.startsWith("sh -c") ? bytes.subarray(0, 2) : bytes'),
    );
    const { config, context } = prepare({ hosts: ['a'], upload: { file: 'from', to } }, { files: { from: 'content' } });
    process.env.TARS_CONSOLE_SSH = cut.path;
    await expect(sshStep.run(config, context)).rejects.toThrow(
      'It failed on a: ended with 1: only 2 of 7 bytes arrived',
    );
    expect(existsSync(to)).toBe(false);
  });
});

describe('ssh', () => {
  const { context } = stepWithoutCluster();
  const argumentsFor = (ssh: Record<string, unknown>) => {
    const options = parse({ script: 'true', ...ssh }).ssh;
    return hostsOf(options).map((host) => sshArguments(host, options, context).join(' '));
  };

  it('never asks, never forwards, and keeps to known hosts', () => {
    const [line] = argumentsFor({ hosts: ['10.0.0.5'], user: 'admin', identity: '/keys/id', port: 2222 });
    expect(line).toMatch(/^-T -o BatchMode=yes -o ConnectTimeout=15 .* -p 2222 -l admin -i \/keys\/id -- 10\.0\.0\.5$/);
    expect(line).toContain('-o ForwardAgent=no');
    expect(line).not.toMatch(/StrictHostKeyChecking|KnownHosts/);
  });

  it('takes user and port from the host, for IPv6 too', () => {
    expect(
      hostsOf(parse({ hosts: ['me@[fd00::1]:23', 'fd00::2', { host: 'x', user: 'y' }], script: 'x' }).ssh),
    ).toEqual([
      { name: 'fd00::1:23', host: 'fd00::1', user: 'me', port: 23 },
      { name: 'fd00::2', host: 'fd00::2', user: undefined, port: undefined },
      { name: 'x', host: 'x', user: 'y', port: undefined },
    ]);
  });

  it('refuses options that weaken it or start programs here, and hosts that are none', () => {
    const wrong = [
      { options: { ProxyCommand: 'nc' } },
      { options: { StrictHostKeyChecking: 'no' } },
      { options: { UserKnownHostsFile: '/dev/null' } },
      { hosts: ['-oProxyCommand=id'] },
      { hosts: ['a b'] },
    ];
    for (const more of wrong) expect(() => parse({ hosts: ['a'], script: 'x', ...more })).toThrow();
    const rendered = { ...parse({ hosts: ['a'], script: 'x' }).ssh, hosts: ['-oProxyCommand=id'] };
    expect(() => hostsOf(rendered)).toThrow('is no host');
  });

  it('hands over arguments as they are, whatever stands in them', async () => {
    const { spawnSync } = await import('node:child_process');
    const character = fc.constantFrom("'", '"', '$', '`', '\\', '\n', ' ', '!', '}', '{', '#', 'é');
    const word = fc.string({ unit: character, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, (words, value) => {
        const { command, stdin } = remoteCommand(['printf', '%s\\0', ...words], { VALUE: value });
        const { stdout } = spawnSync('sh', ['-c', command], { input: stdin, encoding: 'utf8' });
        expect(stdout.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 40 },
    );
  });
});
