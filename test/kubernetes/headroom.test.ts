import { describe, expect, it } from 'vitest';
import { headroomFor, type LimitRange } from '../../src/kubernetes/headroom.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { ResourceQuota } from '../../src/kubernetes/quota.ts';

const deployment = (replicas: number, resources: object = { requests: { cpu: '500m', memory: '1Gi' } }) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'here' },
    spec: { replicas, template: { spec: { containers: [{ name: 'web', image: 'web', resources }] } } },
  }) as unknown as KubernetesObject;
const claim = (storage: string) =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'here' },
    spec: { resources: { requests: { storage } } },
  }) as unknown as KubernetesObject;
const quota = (hard: Record<string, string>, used: Record<string, string> = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'tight' },
    spec: { hard },
    status: { hard, used },
  }) as ResourceQuota;
const range = (...limits: object[]) =>
  ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'sizes' }, spec: { limits } }) as unknown as LimitRange;
const lacking = (all: ReturnType<typeof headroomFor>) => all.filter(({ enough }) => !enough);

describe('the headroom of a namespace', () => {
  it('is what a quota leaves for all pods together', () => {
    const wanted = [deployment(3), claim('10Gi')];
    const hard = { 'requests.cpu': '2', 'requests.memory': '3Gi', pods: '10', 'requests.storage': '9Gi' };
    const found = headroomFor({ wanted, live: [] }, [quota(hard, { 'requests.cpu': '1', pods: '2' })], []);
    expect(found).toContainEqual({
      ...{ limit: 'ResourceQuota/tight', resource: 'requests.cpu', needed: '1500m', free: '1' },
      ...{ enough: false, who: 'all of them together' },
    });
    expect(lacking(found).map(({ resource }) => resource)).toEqual(['requests.cpu', 'requests.storage']);
  });

  it('does not count twice what is there already', () => {
    const hard = { 'requests.cpu': '1500m', 'count/deployments.apps': '1' };
    const full = quota(hard, { 'requests.cpu': '1500m', 'count/deployments.apps': '1' });
    expect(lacking(headroomFor({ wanted: [deployment(3)], live: [deployment(3)] }, [full], []))).toEqual([]);
    expect(lacking(headroomFor({ wanted: [deployment(4)], live: [deployment(3)] }, [full], []))).toMatchObject([
      { resource: 'requests.cpu', needed: '500m', free: '0' },
    ]);
  });

  it('says which containers keep silent about what a quota counts, unless a limit range speaks for them', () => {
    const objects = { wanted: [deployment(1, { requests: { cpu: '1' } })], live: [] };
    const limited = quota({ 'limits.memory': '4Gi' });
    expect(lacking(headroomFor(objects, [limited], []))).toMatchObject([
      { resource: 'limits.memory', needed: 'not said', who: 'Deployment/web, web' },
    ]);
    const defaults = range({ type: 'Container', default: { memory: '5Gi' } });
    expect(lacking(headroomFor(objects, [limited], [defaults]))).toMatchObject([
      { resource: 'limits.memory', needed: '5Gi', free: '4Gi' },
    ]);
  });

  it('names what a limit range forbids: containers, pods and claims', () => {
    const limits = range(
      { type: 'Container', max: { memory: '2Gi' }, min: { cpu: '100m' } },
      { type: 'Pod', max: { cpu: '400m' } },
      { type: 'PersistentVolumeClaim', max: { storage: '5Gi' } },
    );
    const big = deployment(1, { requests: { cpu: '50m' }, limits: { memory: '4Gi', cpu: '500m' } });
    const found = headroomFor({ wanted: [big, claim('10Gi')], live: [] }, [], [limits]);
    expect(found.map(({ resource, needed, free, who }) => `${who}: ${resource} ${needed}/${free}`)).toEqual([
      'Deployment/web, web: max memory 4Gi/2Gi',
      'Deployment/web, web: min cpu 50m/100m',
      'Deployment/web, a pod: max cpu 500m/400m',
      'PersistentVolumeClaim/data: max storage 10Gi/5Gi',
    ]);
  });
});
