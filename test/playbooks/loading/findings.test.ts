import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlaybookFile } from '../../../src/playbooks/loading/load-playbook.ts';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import type { Scope } from '../../../src/playbooks/step-kind.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import * as cluster from '../../fixtures/playbooks/cluster.ts';

const root = join(import.meta.dirname, '../../../playbooks');

interface Rule {
  title: string;
  expect: string;
  when?: string;
  level?: string;
  expected: string;
  observed: string;
}

function load(ref: string): Playbook {
  const { value } = loadPlaybookFile(join(root, `${ref}.yaml`), {
    roots: [{ folder: root, source: 'bundled' }],
    stepKinds,
  });
  if (!value) throw new Error(`${ref} is not valid`);
  return value;
}

/** Judges the findings of a check step over objects as a cluster gives them. */
function judge(ref: string, id: string, collected: Scope, inputs: Scope = {}) {
  const playbook = load(ref);
  const step = playbook.steps.find((one) => one.id === id);
  const defaults = Object.fromEntries(
    Object.entries(playbook.inputs).map(([name, input]) => [name, input.default ?? '']),
  );
  const context = createPlanContext(playbook, 'tars', {
    inputs: { ...defaults, ...inputs },
    steps: {},
    system: {},
    cluster: {},
  });
  if (!step) throw new Error(`${ref} has no step ${id}`);
  const rules = (step.config.check as { findings: Rule[] }).findings;
  return rules
    .filter(({ when }) => when === undefined || context.evaluate(when, collected) === true)
    .map((rule) => ({
      title: String(context.render(rule.title, collected)),
      met: context.evaluate(rule.expect, collected),
      expected: String(context.render(rule.expected, collected)),
      observed: String(context.render(rule.observed, collected)),
    }));
}

const needs = { minorVersion: 24, cores: 8, memory: '16Gi', storage: '100Gi', gpu: true, certificates: true };

describe('the findings of the prerequisites', () => {
  it('are good on a cluster that can carry it', () => {
    const found = [
      ...judge('cluster/prerequisites', 'version', cluster.versionAnswers, needs),
      ...judge('cluster/prerequisites', 'capacity', { nodes: cluster.nodes }, needs),
      ...judge('cluster/prerequisites', 'storage', { nodes: cluster.nodes, classes: cluster.storageClasses }, needs),
      ...judge('cluster/prerequisites', 'traffic', cluster.traffic, needs),
    ];
    expect(found.filter(({ met }) => met !== true)).toEqual([]);
    expect(found.map(({ observed }) => observed)).toEqual([
      'v1.34.1',
      'v1.34.1',
      'served',
      'no difference',
      '2 of 2 Ready',
      '8 cores on 2 nodes',
      '15.6 Gi',
      '1 GPUs',
      'standard (default, WaitForFirstConsumer), slow (Immediate)',
      '200 Gi on the nodes',
      'nginx',
      '2 nodes',
      'served, version v1.21.0 in cert-manager',
    ]);
  });

  it('say what is missing on one that cannot', () => {
    const nothing = { error: 'not found', status: 404 };
    const found = [
      ...judge(
        'cluster/prerequisites',
        'version',
        {
          version: { major: '1', minor: '23+', gitVersion: 'v1.23.9' },
          autoscaling: nothing,
          clock: { skewSeconds: -90, repair: 'Set the clock.' },
        },
        needs,
      ),
      ...judge('cluster/prerequisites', 'capacity', { nodes: cluster.smallNodes }, needs),
      ...judge('cluster/prerequisites', 'storage', { nodes: cluster.smallNodes, classes: [] }, needs),
      ...judge(
        'cluster/prerequisites',
        'traffic',
        { ingressClasses: [], figures: nothing, certManager: nothing, controllers: [] },
        needs,
      ),
    ];
    expect(found.filter(({ met }) => met !== false)).toEqual([]);
    expect(found.map(({ observed }) => observed)).toEqual([
      'v1.23.9',
      'v1.23.9',
      'not served',
      'this machine is 90 s behind',
      '0 of 1 Ready',
      '2 cores on 1 nodes',
      '4 Gi',
      '0 GPUs',
      'no StorageClass at all',
      '0 Gi on the nodes',
      'no ingress class',
      'no answer',
      'not served',
    ]);
  });

  it('look for a StorageClass by name when one is given', () => {
    const [found] = judge(
      'cluster/prerequisites',
      'storage',
      { nodes: cluster.nodes, classes: cluster.storageClasses },
      { ...needs, storageClass: 'fast' },
    );
    expect(found).toMatchObject({ title: 'The StorageClass fast exists', met: false, observed: 'standard, slow' });
  });

  it('name the rights that are missing', () => {
    const right = (verb: string, resource: string, allowed: boolean, read = false) => ({
      ...{ verb, resource, allowed, read, group: '', subresource: '', namespace: 'tars' },
      ...{ reason: '', playbook: 'tars/deploy', step: 'apply' },
    });
    const rights = [
      right('create', 'namespaces', false),
      right('get', 'secrets', true),
      right('list', 'nodes', false, true),
      right('patch', 'services', false),
    ];
    const [found, look, others, removal] = judge('tars/prerequisites', 'rights', {
      rights,
      others: [right('create', 'pods', false)],
      removal: [right('delete', 'secrets', true)],
    });
    expect(found).toMatchObject({ met: false, observed: 'missing: create namespaces, patch services' });
    expect(look).toMatchObject({ met: false, observed: 'missing: list nodes' });
    expect(others).toMatchObject({ met: false, observed: expect.stringContaining('create pods') });
    expect(removal).toMatchObject({ met: true, observed: 'all 1 of them' });
  });
});

describe('the findings of the deployment and its verification', () => {
  it('name the keys that a Secret lacks', () => {
    expect(judge('tars/deploy', 'secrets', { secret: null })[0]).toMatchObject({ met: false, observed: 'no Secret' });
    expect(judge('tars/deploy', 'secrets', { secret: { data: { JWT_SECRET: 'eA==' } } })[0]).toMatchObject({
      met: false,
      observed: 'missing: POSTGRES_PASSWORD, ADMIN_CLIENT_IDS',
    });
    expect(judge('tars/deploy', 'secrets', { secret: cluster.secret })[0]).toMatchObject({
      met: true,
      observed: 'all three',
    });
  });

  it('are good when everything is up', () => {
    const found = judge('tars/verify', 'objects', cluster.deployed);
    expect(found.filter(({ met }) => met !== true)).toEqual([]);
    expect(found.map(({ observed }) => observed)).toEqual([
      'tars-backend 3/3, postgres 1/1, redis 1/1, chromadb 1/1, ollama 1/1',
      '7 of 7 ready',
      '5 of 5 Services',
      'tars.local',
      '127.0.0.1',
      '6 s, 6 s, 6 s',
    ]);
  });

  it('wait for the autoscaler to know the load', () => {
    const [early] = judge('tars/verify', 'autoscaler', {
      autoscaler: {
        status: { conditions: [{ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' }] },
      },
    });
    expect(early).toMatchObject({ met: false, observed: 'FailedGetResourceMetric, 0 replicas' });
    expect(judge('tars/verify', 'autoscaler', { autoscaler: null })[0]).toMatchObject({
      met: false,
      observed: 'no autoscaler',
    });
    expect(judge('tars/verify', 'autoscaler', { autoscaler: cluster.deployed.autoscaler })[0]).toMatchObject({
      met: true,
      observed: 'ValidMetricFound, 3 replicas',
    });
  });

  it('can be judged when nothing is there', () => {
    const nothing = { deployments: [], pods: [], services: [], slices: [], ingress: null, autoscaler: null };
    const found = judge('tars/verify', 'objects', nothing);
    expect(found.filter(({ met }) => met === true).map(({ title }) => title)).toEqual(
      ['The backend’s pods were ready within 30 seconds of their start'].map((title) => title.replace('’', "'")),
    );
  });

  it('can be judged while pods are still starting', () => {
    const pods = [{ metadata: { name: 'p', labels: { app: 'tars-backend' } }, status: { phase: 'Pending' } }];
    const found = judge('tars/verify', 'objects', { ...cluster.deployed, pods });
    expect(found[1]).toMatchObject({ met: false, observed: '0 of 1 ready' });
  });
});
