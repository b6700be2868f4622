import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { currentValue } from '../../src/playbooks/current-value.ts';
import { resolveInputs } from '../../src/playbooks/inputs.ts';
import { type InputReading, readInputs, readsCluster, withReading } from '../../src/playbooks/inputs-from-cluster.ts';
import type { InputDefinition, Playbook } from '../../src/playbooks/model.ts';
import { startTestApiServer, type TestApiServer } from '../support/sandbox.ts';

const define = (definition: Partial<InputDefinition>): InputDefinition => ({
  description: 'd',
  type: 'string',
  ...definition,
});
const inConfig = (value: string) => ({ get: 'v1/ConfigMap', name: 'settings', value });
const classes = {
  list: 'storage.k8s.io/v1/StorageClass',
  value: 'object.metadata.name',
  label: 'object.metadata.name + ", " + object.volumeBindingMode',
  preferred: 'object.metadata.annotations["storageclass.kubernetes.io/is-default-class"] == "true"',
};

function playbookOf(inputs: Record<string, InputDefinition>, more: Partial<Playbook> = {}): Playbook {
  return {
    ...{ ref: 'shop/settings', system: 'shop', name: 'settings', title: 'T', folder: '/', file: '/settings.yaml' },
    ...{ source: 'workspace' as const, inputs, steps: [], calls: {} },
    ...more,
  };
}

describe('inputs that read the cluster', () => {
  let api: TestApiServer;
  let connection: Connection;
  const read = (playbook: Playbook): Promise<InputReading> => readInputs(connection, playbook, 'default');

  beforeAll(async () => {
    api = await startTestApiServer();
    connection = await connect({ kubeconfig: api.kubeconfig, namespace: 'elsewhere', sandbox: false });
    await api.client.create('/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'settings' },
      data: { CACHE: 'false', TTL: '7200', BROKEN: 'soon', LEVEL: 'DEBUG', list: 'a' },
    });
    for (const [name, annotations] of [
      ['fast', {}],
      ['standard', { 'storageclass.kubernetes.io/is-default-class': 'true' }],
    ] as const)
      await api.client.create('/apis/storage.k8s.io/v1/storageclasses', {
        metadata: { name, annotations },
        provisioner: 'example.com/disk',
        volumeBindingMode: 'WaitForFirstConsumer',
      });
  });

  afterAll(async () => {
    connection.close();
    await api.close();
  });

  it('have what there is now in place of their defaults, by their types', async () => {
    const playbook = playbookOf({
      cache: define({ type: 'boolean', default: true, from: inConfig('object.data.CACHE') }),
      ttl: define({ type: 'number', default: 3600, from: inConfig('object.data.TTL') }),
      level: define({ default: 'INFO', from: inConfig('object.data.LEVEL') }),
      missing: define({ default: 'as usual', from: inConfig('object.data.NOT_THERE') }),
      absent: define({ default: 'as usual', from: { ...inConfig('object.data.TTL'), name: 'nobody' } }),
      unknownKind: define({
        default: 'as usual',
        from: { get: 'example.com/v1/Thing', name: 'x', value: 'object.spec.x' },
      }),
    });
    const reading = await read(playbook);
    expect(reading.unread).toEqual([]);
    const { values } = resolveInputs(withReading(playbook, reading), []);
    expect(values).toEqual({
      ...{ cache: false, ttl: 7200, level: 'DEBUG' },
      ...{ missing: 'as usual', absent: 'as usual', unknownKind: 'as usual' },
    });
    // What is given wins.
    const given = [{ name: 'ttl', value: '60', source: 'set' as const }];
    expect(resolveInputs(withReading(playbook, reading), given).values.ttl).toBe(60);
  });

  it('leave the default where what there is now is none of their values, and say so', async () => {
    const playbook = playbookOf({
      ttl: define({ type: 'number', default: 3600, from: inConfig('object.data.BROKEN') }),
      all: define({ default: 'x', from: inConfig('object.data') }),
    });
    const { current, unread } = await read(playbook);
    expect(current).toEqual({});
    expect(unread).toEqual([
      { name: 'ttl', key: 'from', reason: 'what there is now is not taken: a number is expected, not `soon`' },
      { name: 'all', key: 'from', reason: 'what there is now is not taken: a text is expected, not a map' },
    ]);
  });

  it('offer what the cluster has, take the preferred one, and refuse the rest with the list', async () => {
    const playbook = playbookOf({ storage: define({ choices: classes }) });
    const reading = await read(playbook);
    expect(reading.offered.storage).toEqual([
      { value: 'fast', label: 'fast, WaitForFirstConsumer' },
      { value: 'standard', label: 'standard, WaitForFirstConsumer' },
    ]);
    const ready = withReading(playbook, reading);
    expect(resolveInputs(ready, []).values).toEqual({ storage: 'standard' });
    const wrong = () => resolveInputs(ready, [{ name: 'storage', value: 'slow', source: 'set' }]);
    expect(wrong).toThrowError(
      expect.objectContaining({
        evidence: ['storage: it must be one of fast, standard, which the cluster has; not `slow`'],
      }),
    );
  });

  it('keep what there is now although it is no longer offered', async () => {
    const from = inConfig('"gone-" + object.data.list');
    const playbook = playbookOf({ storage: define({ from, choices: { ...classes, selector: 'a=b' } }) });
    const ready = withReading(playbook, await read(playbook));
    expect(ready.inputs.storage?.offered).toEqual([{ value: 'gone-a', label: 'gone-a (what there is now)' }]);
    expect(resolveInputs(ready, []).values).toEqual({ storage: 'gone-a' });
  });

  it('say that there is nothing to choose from', async () => {
    const playbook = playbookOf({ storage: define({ choices: { ...classes, selector: 'a=b' } }) });
    const ready = withReading(playbook, await read(playbook));
    expect(() => resolveInputs(ready, [])).toThrowError(
      expect.objectContaining({ evidence: [expect.stringContaining('the cluster has none to choose from')] }),
    );
  });

  it('are read for a called playbook where nobody gives them', async () => {
    const own = define({ type: 'number', default: 3600, from: inConfig('object.data.TTL') });
    const called = playbookOf({ ttl: own, passed: own, callers: own }, { ref: 'shop/called' });
    const step = { id: 'call', title: 'T', kind: 'playbook', config: { with: { passed: 1 } }, line: 1 };
    const caller = playbookOf(
      { callers: define({ type: 'number', default: 2 }) },
      { steps: [step], calls: { call: called } },
    );
    expect(readsCluster(caller)).toBe(true);
    const reading = await read(caller);
    expect(reading.current).toEqual({ 'shop/called': { ttl: 7200 } });
    expect(withReading(caller, reading).calls.call?.inputs.ttl?.default).toBe(7200);
    expect(readsCluster(playbookOf({ callers: define({ default: '2' }) }))).toBe(false);
  });

  it('leave their defaults where nobody answers', async () => {
    const nowhere = await startTestApiServer();
    const lost = await connect({ kubeconfig: nowhere.kubeconfig, sandbox: false });
    await nowhere.close();
    const playbook = playbookOf({ ttl: define({ default: 'x', from: inConfig('object.data.TTL'), choices: classes }) });
    const { current, offered, unread } = await readInputs(lost, playbook, 'default');
    lost.close();
    expect({ current, offered }).toEqual({ current: {}, offered: {} });
    expect(unread.map(({ key }) => key)).toEqual(['from', 'choices']);
  });
});

describe('a value of the cluster', () => {
  it('becomes the type of its input, or is said not to', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const given = Object.is(number, -0) ? 0 : number;
        expect(currentValue(String(given), define({ type: 'number' }))).toEqual({ value: given });
        expect(currentValue(given, define({ type: 'number' }))).toEqual({ value: given });
        expect(currentValue(given, define({}))).toEqual({ value: String(given) });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const boolean = currentValue(text, define({ type: 'boolean' }));
        const known = /^\s*(true|yes|on|false|no|off)\s*$/i.exec(text)?.[1]?.toLowerCase();
        if (known === undefined) expect(boolean.fault).toBeDefined();
        else expect(boolean).toEqual({ value: ['true', 'yes', 'on'].includes(known) });
        const number = currentValue(text, define({ type: 'number' }));
        expect(number.fault === undefined).toBe(typeof number.value === 'number' && Number.isFinite(number.value));
      }),
    );
  });

  it('is nothing where there is nothing', () => {
    expect([null, undefined].map((found) => currentValue(found, define({ type: 'number' })))).toEqual([{}, {}]);
  });
});
