import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { fieldChanges } from '../../../src/playbooks/preview/field-changes.ts';
import { holdsSecrets, withoutCredentials } from '../../../src/playbooks/preview/secret-fields.ts';

const mark = 'S3CR3T-m4rk';
const secret = (value: unknown): KubernetesObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
  data: value,
});
const pod = (env: unknown[], more: object = {}): KubernetesObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
  spec: { containers: [{ name: 'web', env, ...more }] },
});

describe('the fields of a preview', () => {
  it('never hold a value of a Secret, whatever its shape', () => {
    const data = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.constant(mark), { maxKeys: 4 });
    fc.assert(
      fc.property(data, data, (before, after) => {
        expect(JSON.stringify(fieldChanges(secret(before), secret(after)))).not.toContain(mark);
      }),
    );
  });

  it.each(['DB_PASSWORD', 'JWT_SECRET', 'API_KEY', 'GITHUB_TOKEN', 'POSTGRES_PASSWD', 'AWS_SECRET_ACCESS_KEY'])(
    'hide a variable that is called %s, one that comes or goes too',
    (name) => {
      const one = pod([{ name, value: mark }]);
      for (const [before, after] of [
        [one, pod([{ name, value: 'other' }])],
        [pod([]), one],
        [one, pod([])],
      ] as const) {
        const told = fieldChanges(before, after);
        expect(told.length).toBeGreaterThan(0);
        expect(JSON.stringify(told)).not.toContain(mark);
        expect(JSON.stringify(told)).toContain('(hidden');
      }
    },
  );

  it('show other variables, and references to secrets', () => {
    const reference = { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'tars-secrets', key: 'PASSWORD' } } };
    const told = fieldChanges(
      pod([{ name: 'LEVEL', value: 'low' }]),
      pod([{ name: 'LEVEL', value: 'high' }, reference]),
    );
    expect(told).toContainEqual({
      path: 'spec.containers[name=web].env[name=LEVEL].value',
      before: 'low',
      after: 'high',
    });
    expect(JSON.stringify(told)).toContain('tars-secrets');
  });

  it('hide passwords in addresses and options, and what kubectl keeps of a whole manifest', () => {
    expect(withoutCredentials(`postgres://user:${mark}@db:5432/x`)).toBe('postgres://user:(hidden)@db:5432/x');
    expect(withoutCredentials(`["--password=${mark}","-v"]`)).toBe('["--password=(hidden)","-v"]');
    const kept = (value: string): KubernetesObject => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: 'a', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': value } },
    });
    expect(JSON.stringify(fieldChanges(kept(mark), kept('other')))).not.toContain(mark);
  });

  it('say that a text stands where a number would be read', () => {
    const flag = (value: unknown): KubernetesObject => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      data: { flag: value },
    });
    expect(fieldChanges(flag('8080'), flag('true'))).toEqual([
      { path: 'data.flag', before: '"8080"', after: '"true"' },
    ]);
  });

  it('an object with a secret in it is not written down', () => {
    expect(holdsSecrets('Secret', secret({ a: mark }))).toBe(true);
    expect(holdsSecrets('Pod', pod([{ name: 'DB_PASSWORD', value: mark }]))).toBe(true);
    expect(holdsSecrets('Pod', pod([{ name: 'DB_URL', value: `postgres://a:${mark}@b` }]))).toBe(true);
    expect(holdsSecrets('Pod', pod([{ name: 'LEVEL', value: 'low' }]))).toBe(false);
  });
});
