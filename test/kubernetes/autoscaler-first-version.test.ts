import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFirstVersion, toFirstVersion } from '../../src/kubernetes/autoscaler-first-version.ts';

const target = fc.oneof(
  fc.record({ type: fc.constant('Utilization'), averageUtilization: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ type: fc.constant('AverageValue'), averageValue: fc.constantFrom('100m', '5', '12Mi') }),
);
const named = fc.record({ name: fc.constantFrom('hits', 'queue'), selector: fc.constant({ matchLabels: { a: 'b' } }) });
const average = fc.constant({ type: 'AverageValue', averageValue: '5' });
const value = fc.constant({ type: 'Value', value: '7' });
const described = fc.constant({ apiVersion: 'v1', kind: 'Service', name: 'web' });
const metric = fc.oneof(
  fc.record({ type: fc.constant('Resource'), resource: fc.record({ name: fc.constant('memory'), target }) }),
  fc.record({
    type: fc.constant('ContainerResource'),
    containerResource: fc.record({ name: fc.constant('cpu'), container: fc.constant('web'), target }),
  }),
  fc.record({ type: fc.constant('Pods'), pods: fc.record({ metric: named, target: average }) }),
  fc.record({
    type: fc.constant('Object'),
    object: fc.record({ metric: named, describedObject: described, target: fc.oneof(value, average) }),
  }),
  fc.record({
    type: fc.constant('External'),
    external: fc.record({ metric: named, target: fc.oneof(value, average) }),
  }),
);
const behavior = {
  scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] },
  scaleDown: { selectPolicy: 'Disabled', tolerance: '0.05' },
};
const conditions = [{ type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' }];
const currentMetrics = [
  { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40, averageValue: '20m' } } },
];

test('nothing of an autoscaler is lost on the way to autoscaling/v1 and back', () => {
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 4 }), fc.boolean(), (others, withCpu) => {
      const cpu = {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      };
      const metrics = withCpu || others.length === 0 ? [...others, cpu] : others;
      const object = {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web', annotations: { mine: 'kept' } },
        spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5, metrics, behavior },
        status: { currentReplicas: 1, desiredReplicas: 2, currentMetrics, conditions },
      };
      const older = toFirstVersion(object);
      expect(older.spec).not.toHaveProperty('metrics');
      expect(fromFirstVersion(older)).toEqual(object);
    }),
  );
});

test('what is no JSON in an annotation says nothing', () => {
  const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '{' };
  const object = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', annotations },
  };
  const { metadata, spec } = fromFirstVersion({ ...object, spec: { maxReplicas: 2 } });
  expect(metadata).toEqual({ name: 'web' });
  expect(spec).toMatchObject({ metrics: [{ resource: { target: { averageUtilization: 80 } } }] });
});
