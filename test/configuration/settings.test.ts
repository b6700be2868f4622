import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { exportSettings } from '../../src/configuration/export-settings.ts';
import { givenSettings } from '../../src/configuration/given-settings.ts';
import { mirroredImage } from '../../src/configuration/mirror.ts';
import { isProduction } from '../../src/configuration/production.ts';
import { loadSettings } from '../../src/configuration/settings.ts';
import { parseSize } from '../../src/configuration/size.ts';
import { findTool } from '../../src/tools/find-tool.ts';

function home(config?: string): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-test-'));
  mkdirSync(join(folder, 'tars-console'));
  if (config !== undefined) writeFileSync(join(folder, 'tars-console', 'config.yaml'), config);
  return { XDG_CONFIG_HOME: folder, HOME: folder };
}

function thrown(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no Problem was thrown');
}

describe('the configuration', () => {
  it('may be absent or empty', () => {
    expect(loadSettings(home())).toEqual(loadSettings(home('# nothing yet\n')));
    expect(loadSettings(home()).production).toEqual([]);
  });

  it('is not looked into where nothing is set', async () => {
    expect(await givenSettings(home())).toBeUndefined();
    const [file, variable] = [home('refresh: 1s\n'), { ...home(), TARS_CONSOLE_REFRESH: '1s' }];
    expect(await givenSettings(file)).toEqual(loadSettings(file));
    expect(await givenSettings(variable)).toEqual(loadSettings(variable));
    await expect(givenSettings(home('refresh: never\n'))).rejects.toThrow(Problem);
  });

  it('is read whole', () => {
    const env = home(
      [
        'refresh: 0.5s',
        'frame-rate: 20',
        'production: [prod-*, live]',
        'namespaces: { tars: tars-prod }',
        'image-engine: podman',
        'tools: { helm: ~/tars-console/config.yaml }',
        'proxy: http://proxy.example:3128',
        'no-proxy: [.example, 10.0.0.0/8]',
        'mirror: { images: { docker.io: mirror.example/hub } }',
        'history-size: 1.5 GB',
      ].join('\n'),
    );
    expect(loadSettings(env)).toEqual({
      refreshMs: 500,
      frameRate: 20,
      production: ['prod-*', 'live'],
      namespaces: { tars: 'tars-prod' },
      imageEngine: 'podman',
      tools: { helm: join(env.HOME ?? '', 'tars-console', 'config.yaml') },
      proxy: 'http://proxy.example:3128',
      noProxy: ['.example', '10.0.0.0/8'],
      caFile: undefined,
      mirror: { images: { 'docker.io': 'mirror.example/hub' }, charts: undefined },
      historySize: 1_500_000_000,
    });
  });

  it('is refused with every fault at its line and column', () => {
    const text = 'refesh: 300ms\nframe-rate: 500\nca-file: /no/such/file\nproxy: socks5://proxy:1080\n';
    const { evidence, exitCode } = thrown(() => loadSettings(home(text)));
    expect(exitCode).toBe(2);
    const said = evidence.join('\n');
    expect(said).toMatch(/config\.yaml:1:1: error: unknown key `refesh`\n\s+did you mean `refresh`\?/);
    expect(said).toMatch(/config\.yaml:2:13: error/);
    expect(said).toMatch(/config\.yaml:4:8: error: .*kubeconfig, as `proxy-url`/);
    const absent = thrown(() => loadSettings(home('ca-file: /no/such/file\n')));
    expect(absent.evidence.join('\n')).toMatch(/config\.yaml:1:10: error: there is nothing at `\/no\/such\/file`/);
  });

  it('yields to variables, and to each of them alone', () => {
    const env = {
      ...home('refresh: 1s\ntools: { helm: /bin/sh, kubectl: /bin/sh }\nproduction: [a]\n'),
      TARS_CONSOLE_REFRESH: '200ms',
      TARS_CONSOLE_HELM: '/bin/cat',
      TARS_CONSOLE_NAMESPACES: 'tars=one, atas=two',
    };
    expect(loadSettings(env)).toMatchObject({
      refreshMs: 200,
      tools: { helm: '/bin/cat', kubectl: '/bin/sh' },
      production: ['a'],
      namespaces: { tars: 'one', atas: 'two' },
    });
    expect(thrown(() => loadSettings({ ...env, TARS_CONSOLE_REFRESH: 'often' })).message).toMatch(
      /TARS_CONSOLE_REFRESH.*100ms to 10s/,
    );
    expect(thrown(() => loadSettings({ ...env, TARS_CONSOLE_NAMESPACES: 'tars' })).message).toMatch(/name=value/);
  });

  it('reaches other processes by the environment as it is here', () => {
    const env = home(
      'refresh: 1s\nproduction: [a, b-*]\nproxy: http://p:1\nno-proxy: [x]\nnamespaces: { a: b }\nhistory-size: 2MB\n',
    );
    const given: NodeJS.ProcessEnv = { ...home(), HTTPS_PROXY: 'http://other:1' };
    exportSettings(loadSettings(env), given);
    expect(loadSettings(given)).toEqual(loadSettings(env));
    expect(given).toMatchObject({ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'x' });
  });
});

describe('production', () => {
  it('is what a pattern fits as a whole, whatever its case', () => {
    const is = (context: string, ...patterns: string[]) => isProduction({ context, sandbox: false }, patterns);
    expect(is('prod-eu', 'prod-*')).toBe(true);
    expect(is('Prod-EU', 'prod-??')).toBe(true);
    expect(is('my-prod-eu', 'prod-*')).toBe(false);
    expect(is('my-prod-eu', '*prod*')).toBe(true);
    expect(is('arn:aws:eks:eu/live', 'arn:*', 'x')).toBe(true);
    expect(is('a.b', 'a?c', 'a.')).toBe(false);
    expect(is('prod')).toBe(false);
  });

  it('is never a sandbox', () => {
    expect(isProduction({ context: 'sandbox', sandbox: true }, ['*'])).toBe(false);
  });

  it('is judged as a regular expression would, and soon', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const words = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(words, letters, (context, pattern) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(isProduction({ context, sandbox: false }, [pattern])).toBe(same.test(context));
      }),
    );
    expect(isProduction({ context: 'a'.repeat(500), sandbox: false }, [`${'*a'.repeat(40)}b`])).toBe(false);
  });
});

describe('an image from a mirror', () => {
  const mirrors = {
    'docker.io': 'mirror.example/hub',
    'docker.io/library': 'mirror.example/official',
    'quay.io/x': 'q',
  };

  it('takes the longest beginning that fits', () => {
    expect(mirroredImage('nginx:1.27', mirrors)).toBe('mirror.example/official/nginx:1.27');
    expect(mirroredImage('bitnami/redis@sha256:ab', mirrors)).toBe('mirror.example/hub/bitnami/redis@sha256:ab');
    expect(mirroredImage('quay.io/x:2', mirrors)).toBe('q:2');
  });

  it('fits whole parts of the name only', () => {
    expect(mirroredImage('quay.io/xy/z', mirrors)).toBe('quay.io/xy/z');
    expect(mirroredImage('localhost/nginx', mirrors)).toBe('localhost/nginx');
    expect(mirroredImage('registry:5000/nginx', mirrors)).toBe('registry:5000/nginx');
  });
});

it('sizes are read with and without units', () => {
  expect(['500MB', '1.5 gb', '12', 12, 'x', '5XB'].map(parseSize)).toEqual([5e8, 1.5e9, 12, 12, undefined, undefined]);
});

it('a program is found where the settings say', () => {
  const tool = { name: 'helm', purpose: 'for charts', install: { page: 'https://helm.sh' } };
  const env: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin' };
  exportSettings(loadSettings(home('tools: { helm: /bin/sh }\n')), env);
  expect(findTool(tool, { env })).toBe('/bin/sh');
  expect(findTool({ ...tool, name: 'cat' }, { env })).toMatch(/\/cat$/);
});
