import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCatalog } from '../../../src/cli/catalog.ts';
import { loadRun } from '../../../src/cli/run-loading.ts';
import { exportPlaybook } from '../../../src/playbooks/export/export-playbook.ts';
import { runbook } from '../../../src/playbooks/export/runbook.ts';
import { shellScript } from '../../../src/playbooks/export/shell-script.ts';
import { createShellTokens } from '../../../src/playbooks/export/shell-tokens.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import { playbookOf } from '../runs/engine.ts';

const workspace = mkdtempSync(join(tmpdir(), 'tars-console-export-'));
const refs = loadCatalog({ workspace, quick: true }).playbooks.map(({ ref }) => ref);
/** A variable of the shell, and a template of a playbook, as they are written. */
const variable = (name: string) => `$\u007b${name}}`;
const checker = 'shellcheck';
const hasChecker = spawnSync(checker, ['--version']).status === 0;

async function exported(ref: string, inputs: Record<string, string | number | boolean> = {}) {
  const loaded = loadRun({ playbook: ref, workspace, manifests: 'bundled' });
  const defaults = Object.entries(loaded.playbook.inputs).flatMap(([name, { default: value, sensitive }]) =>
    value === undefined || sensitive ? [] : [[name, value] as const],
  );
  const { namespace } = loaded.system;
  const values = { ...Object.fromEntries(defaults), ...inputs };
  return exportPlaybook({ loaded, inputs: values, namespace, programVersion: '1.2.3' });
}

function scriptFile(text: string): string {
  const file = join(mkdtempSync(join(workspace, 'script-')), 'script.sh');
  writeFileSync(file, text);
  return file;
}

/** What a snippet prints with these variables. */
function sh(script: string, env: Record<string, string> = {}): string {
  return execFileSync('sh', ['-euc', script], { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...env } });
}

test.each(refs)('%s: the script is one that a shell can read, with a function for each step', async (ref) => {
  const playbook = await exported(ref);
  const text = shellScript(playbook);
  const file = scriptFile(text);
  expect(spawnSync('sh', ['-n', file], { encoding: 'utf8' }).stderr).toBe('');
  if (hasChecker) expect(spawnSync(checker, [file], { encoding: 'utf8' }).stdout).toBe('');
  expect(text).toContain('set -eu');
  expect(text).not.toMatch(/__[vn]\d+__/);
  const book = runbook(playbook);
  expect(book).not.toMatch(/__[vn]\d+__/);
  for (const { title } of playbook.steps) expect(book).toContain(title.slice(0, 8));
});

test('a conditional value of a manifest is decided by the script', async () => {
  const text = shellScript(await exported('tars/deploy'));
  expect(text).toContain(
    `if [ "${variable('INPUT_REGISTRY')}" = "" ]; then value_1=""; else value_1="${variable('INPUT_REGISTRY')}/"; fi`,
  );
  expect(text).toContain(
    `if case "${variable('INPUT_TAG')}" in '@'*) true ;; *) false ;; esac; then value_2=""; else value_2=":"; fi`,
  );
  const image = ['value_1', 'INPUT_IMAGE', 'value_2', 'INPUT_TAG'].map(variable).join('');
  expect(text).toContain(`image: "${image}"`);
  expect(text).toContain(`if [ "${variable('INPUT_STORAGE_CLASS')}" != "" ]; then`);
  // kubectl reads YAML 1.1: a bare yes would be true.
  expect(text).not.toMatch(/^\s+- yes$/m);
});

test('no secret is an argument, and what is generated is not in the script', async () => {
  const text = shellScript(await exported('tars/configure-secrets'));
  expect(text).not.toContain('--from-literal');
  for (const line of text.split('\n').filter((one) => /JWT_SECRET/.test(one)))
    expect(line).not.toMatch(/^\s*(kubectl|echo|curl)/);
  expect(text).toContain('INPUT_JWT_SECRET="$(openssl rand -base64 32)"');
});

test('what a called playbook is given decides what of it is left', async () => {
  const { steps } = await exported('tars/full-deployment');
  const tests = steps.filter(({ id }) => id.startsWith('load-test/')).map(({ when }) => when.at(-1)?.test);
  expect(tests).toContain('false');
  expect(tests).toContain('true');
  expect(shellScript(await exported('tars/full-deployment'))).not.toContain('step_load_test__stress');
});

test('an input with a quote, a backslash or a line break is refused before anything is done', async () => {
  const text = shellScript(await exported('tars/deploy'));
  const until = `${text.slice(0, text.indexOf('\n# Create the namespace'))}\necho reached`;
  expect(sh(until, { INPUT_TAG: '1.2.3' })).toBe('reached\n');
  for (const bad of ['a"b', 'a\\b', 'a\nb'])
    expect(spawnSync('sh', ['-euc', until], { env: { ...process.env, INPUT_TAG: bad } }).status).toBe(2);
});

test('a value is quoted by where it stands, whatever it holds', () => {
  const tokens = createShellTokens();
  const context = createPlanContext(playbookOf([]), 'n', { inputs: { a: '' } });
  const inputs = new Map([['a', { content: variable('INPUT_A'), type: 'string' as const }]]);
  const word = tokens.render(variable('{ inputs.a }'), inputs, context);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (value) => {
      const places: Record<string, string> = {
        [`printf %s ${word}`]: value,
        [`printf %s 'x${word}y'`]: `x${value}y`,
        [`printf %s "x${word}y"`]: `x${value}y`,
        [`printf %s x${word}`]: `x${value}`,
        // A substitution has quotes of its own, whatever it stands in.
        [`printf %s "$(printf %s. 'x${word}')"`]: `x${value}.`,
        [`(printf %s 'x${word}') && printf %s "${word}"`]: `x${value}${value}`,
      };
      for (const [line, expected] of Object.entries(places))
        expect(sh(tokens.inLine(line), { INPUT_A: value })).toBe(expected);
    }),
    { numRuns: 25 },
  );
});

test('a condition of CEL and its test in the shell say the same', () => {
  const conditions = [
    'inputs.a == "x"',
    'inputs.a != "" && !(inputs.a == "y")',
    'inputs.b || inputs.a == "x"',
    'inputs.n > 3 && inputs.n <= 9',
    '"x" == "x" && inputs.b',
    'inputs.b || false',
    'inputs.a.startsWith("a ") || !inputs.a.startsWith("x")',
    'inputs.a.startsWith("*")',
  ];
  const tokens = createShellTokens();
  const inputs = new Map([
    ['a', { content: variable('A'), type: 'string' as const }],
    ['b', { content: variable('B'), type: 'boolean' as const }],
    ['n', { content: variable('N'), type: 'number' as const }],
  ]);
  const values = fc.record({
    a: fc.constantFrom('', 'x', 'y', 'a b', '*'),
    b: fc.boolean(),
    n: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(values, fc.constantFrom(...conditions), (given, condition) => {
      const context = createPlanContext(playbookOf([]), 'n', { inputs: given });
      const said = tokens.test(condition, inputs);
      const env = { A: given.a, B: String(given.b), N: String(given.n) };
      const held = sh(`if ${said}; then printf true; else printf false; fi`, env);
      expect(held).toBe(String(context.evaluate(condition)));
    }),
    { numRuns: 40 },
  );
});

const replaces = 'inputs.tag.replace(".", "-")';

test('a text with something replaced in it is made by the script, and what it cannot say is told', () => {
  const tokens = createShellTokens();
  const playbook = playbookOf([]);
  const context = createPlanContext(playbook, 'tars', { inputs: { tag: '1.0.0' }, system: {}, cluster: {}, steps: {} });
  const inputs = new Map([['tag', { content: variable('INPUT_TAG'), type: 'string' as const }]]);
  const render = (cel: string) => tokens.render(`migrate-$\u007b{ ${cel} }}`, inputs, context);
  const name = render(replaces);
  render(replaces);
  const { before, decided } = tokens.taken();
  expect([before.length, decided], 'the same is worked out once').toEqual([1, []]);
  const script = [...before, tokens.inLine(`printf %s ${name}`)].join('\n');
  expect(sh(script, { INPUT_TAG: '2.10.3' })).toBe('migrate-2-10-3');
  expect(render('inputs.tag.split(".")[0]')).toBe('migrate-1');
  expect(tokens.taken().decided).toEqual(['inputs.tag.split(".")[0]']);
});

test('what is replaced means itself and nothing else to the shell', () => {
  const text = fc.string({
    unit: fc.constantFrom('.', '*', '[', ']', '^', '$', '/', '\\', '&', "'", '"', 'a', '`'),
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(text, text, text, (whole, old, fresher) => {
      const tokens = createShellTokens();
      const playbook = playbookOf([]);
      const scope = { inputs: { tag: '' }, system: {}, cluster: {}, steps: {} };
      const inputs = new Map([['tag', { content: variable('INPUT_TAG'), type: 'string' as const }]]);
      const cel = `inputs.tag.replace(${JSON.stringify(old)}, ${JSON.stringify(fresher)})`;
      const value = tokens.render(`$\u007b{ ${cel} }}`, inputs, createPlanContext(playbook, 'tars', scope));
      const script = [...tokens.taken().before, tokens.inLine(`printf %s ${value}`)].join('\n');
      expect(sh(script, { INPUT_TAG: whole })).toBe(whole.replaceAll(old, () => fresher));
    }),
    { numRuns: 60 },
  );
});

test('a failing command inside of what is tried again counts, whatever stands behind it', async () => {
  const playbook = await exported('tars/verify');
  const text = shellScript(playbook);
  const again = text.slice(text.indexOf('again() {'), text.indexOf('\n# Inputs:'));
  const script = `${again}\nbad() { false; true; }\nagain 0 1 bad\nexit 7`;
  expect(spawnSync('sh', ['-euc', script]).status).toBe(1);
});

test('a condition that only a run knows is asked before its step, so that nothing is done that was not chosen', async () => {
  const text = shellScript(await exported('tars/restore'));
  expect(text).toMatch(
    /if so 'steps\.before\.outputs\.exists && inputs\.replaced == "delete"'; then\n.*\n {2}step_delete\nfi/,
  );
  const so = text
    .slice(text.indexOf('so() {'), text.indexOf('\n}', text.indexOf('so() {')) + 2)
    .replace(' </dev/tty', '');
  const said = (answer: string) =>
    spawnSync('sh', ['-euc', `${so}\nif so 'x'; then echo done; fi`], { input: `${answer}\n`, encoding: 'utf8' })
      .stdout;
  expect([said('y'), said('n'), said('')]).toEqual(['done\n', '', '']);
});

test('when a script began stands in the names that it makes, and a backup needs nobody', async () => {
  const text = shellScript(await exported('tars/backup'));
  expect(text).toContain('RUN_TIME="$(date -u +%Y%m%d-%H%M%S)"');
  expect(text).not.toContain('by_hand');
  expect(runbook(await exported('tars/backup'))).toContain('RUN_TIME="$(date -u +%Y%m%d-%H%M%S)"');
});

test('what a check cannot read is asked about where it counts, as it may well be missing', async () => {
  const text = shellScript(await exported('tars/self-signed'));
  expect(text).toMatch(/kubectl get .* >\/dev\/null \|\| by_eye/);
  expect(runbook(await exported('tars/self-signed'))).not.toContain('by_eye');
});
