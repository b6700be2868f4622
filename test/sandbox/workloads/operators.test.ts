import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { scopeLabel, seal, unseal } from '../../../src/sandbox/workloads/operators/seal.ts';
import { recommendation } from '../../../src/sandbox/workloads/operators/vertical-autoscaler.ts';
import { createFleet } from './fleet.ts';

test('what is sealed for a name in a namespace is opened by its key for that name alone', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const label = scopeLabel({ name: 'database', namespace: 'shop' });
  const text = seal(Buffer.from('something long'), publicKey, label);
  expect(unseal(text, privateKey, label)?.toString()).toBe('something long');
  expect(unseal(text, privateKey, scopeLabel({ name: 'database', namespace: 'other' }))).toBeUndefined();
  const annotations = { 'sealedsecrets.bitnami.com/cluster-wide': 'true' };
  expect(scopeLabel({ name: 'database', namespace: 'shop', annotations })).toBe('');
});

test('a recommendation is what was used with a margin, never below the least, and within what its policy allows', () => {
  const used = [0.1, 0.2, 0.4].map((cpu) => ({ cpu, memory: 1_000_000_000 }));
  const free = recommendation('web', used);
  expect(free.target).toEqual({ cpu: '460m', memory: '1150000000' });
  expect(recommendation('web', []).target).toEqual({ cpu: '25m', memory: '250000000' });
  const bound = recommendation('web', used, { maxAllowed: { cpu: '300m' }, minAllowed: { memory: '2G' } });
  expect(bound.target).toEqual({ cpu: '300m', memory: '2000000000' });
  expect(bound.uncappedTarget).toEqual(free.target);
});

test('a stand-in for a server answers what its arguments say, and nothing else', async () => {
  const fleet = createFleet();
  const { process } = fleet.start('tars-console/stand-in-server:1', { args: ['/health={"database":"ok"}'] });
  await fleet.clock.advance(2000);
  const ask = (url: string) =>
    process.handle({ method: 'GET', url, headers: {}, body: '', remoteAddress: '::1' }, 8080);
  expect(await ask('/health?deep')).toMatchObject({ status: 200, body: '{"database":"ok"}' });
  expect((await ask('/other'))?.status).toBe(404);
});
