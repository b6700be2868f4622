import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, generateName, nameSuffix, templateHash } from '../../src/kubernetes/names.ts';
import { inApplyOrder, inDeleteOrder } from '../../src/kubernetes/order.ts';
import type { Pod } from '../../src/kubernetes/pod.ts';
import { chooseVictims } from '../../src/kubernetes/pod-ranking.ts';

test('generated names: the base cut to 58, then five characters without vowels', () => {
  expect(nameSuffix()).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(generateName('a'.repeat(80))).toHaveLength(63);
  expect(generateName('web-', () => 0)).toBe('web-bbbbb');
});

test('equal templates have equal hashes, whatever the order of their keys; a collision count changes them', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (template) => {
      const reversed = Object.fromEntries(Object.entries(template).reverse());
      expect(templateHash(reversed)).toBe(templateHash(template));
      expect(templateHash(template)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
    }),
  );
  expect(templateHash({ a: 1 }, 1)).not.toBe(templateHash({ a: 1 }));
  expect(templateHash({ a: 1 })).not.toBe(templateHash({ a: 2 }));
  expect(canonical({ b: null, a: { d: undefined, c: 1 } })).toBe('{"a":{"c":1}}');
});

test('objects are applied in the order in which they need each other, and deleted in the reverse', () => {
  const kinds = [
    'ValidatingWebhookConfiguration',
    'Widget',
    'Ingress',
    'Deployment',
    'Service',
    'CustomResourceDefinition',
    'ConfigMap',
    'Namespace',
    'PriorityClass',
  ];
  const objects = kinds.map((kind) => ({ kind }));
  expect(inApplyOrder(objects).map(({ kind }) => kind)).toEqual([
    ...kinds.slice(2).reverse(),
    'Widget',
    'ValidatingWebhookConfiguration',
  ]);
  expect(inDeleteOrder(objects)[0]?.kind).toBe('ValidatingWebhookConfiguration');
  const same = [
    { kind: 'Secret', n: 1 },
    { kind: 'Secret', n: 2 },
  ];
  expect(inApplyOrder(same)).toEqual(same);
});

const now = Date.parse('2026-01-02T00:00:00Z');
interface Traits {
  node?: string;
  phase?: 'Pending' | 'Running';
  ready?: boolean;
  /** Seconds ago. */
  readyFor?: number;
  age?: number;
  restarts?: number;
  cost?: string;
}

function pod(name: string, traits: Traits = {}): Pod {
  const { node = 'n1', phase = 'Running', ready = true, readyFor = 1000, age = 1000, restarts = 0, cost } = traits;
  const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
  const annotations: Record<string, string> =
    cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': cost };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: ago(age), annotations },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(readyFor) }],
      containerStatuses: [{ name: 'c', ready, restartCount: restarts }],
    },
  };
}

test.each([
  ['a pod without a node', pod('x', { node: '', ready: false }), pod('y', { ready: false })],
  ['a pending pod', pod('x', { phase: 'Pending', ready: false }), pod('y', { ready: false })],
  ['an unready pod', pod('x', { ready: false }), pod('y', { cost: '-5' })],
  ['a pod of lower deletion cost', pod('x', { cost: '-1' }), pod('y', { readyFor: 1 })],
  ['a pod that was ready for less time', pod('x', { readyFor: 10 }), pod('y', { readyFor: 10_000 })],
  ['a pod that restarted more often', pod('x', { restarts: 3 }), pod('y', { restarts: 1 })],
  ['a newer pod', pod('x', { age: 10 }), pod('y', { age: 10_000 })],
])('%s goes first', (_, victim, other) => {
  expect(chooseVictims([other, victim], 1, [], now)).toEqual([victim]);
  expect(chooseVictims([victim, other], 1, [], now)).toEqual([victim]);
});

test('of ready pods those go first that share their node with more of their kind', () => {
  const pods = [pod('a', { node: 'n1' }), pod('b', { node: 'n2' }), pod('c', { node: 'n2' })];
  expect(chooseVictims(pods, 1, pods, now)[0]?.spec.nodeName).toBe('n2');
  expect(chooseVictims(pods, 5, pods, now)).toHaveLength(3);
  expect(chooseVictims(pods, 0, pods, now)).toEqual([]);
});
