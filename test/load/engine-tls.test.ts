import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLoad } from '../../src/load/engine.ts';
import { defineScenario } from '../../src/load/scenario.ts';
import type { LoadAddress } from '../../src/load/transport.ts';
import { makeCertificate, type ServingCertificate } from '../../src/sandbox/api/certificate.ts';
import { buildLoadWorker } from '../support/load-worker.ts';

// A name that the certificate holds and that no resolver knows.
const host = 'kubernetes.default.svc';
const seen = new Set<string>();
let worker: Awaited<ReturnType<typeof buildLoadWorker>>;
let certificate: ServingCertificate;
let server: ReturnType<typeof createServer>;
let url = '';

beforeAll(async () => {
  worker = await buildLoadWorker();
  certificate = await makeCertificate();
  server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    seen.add(`${(request.socket as TLSSocket & { servername?: string }).servername} ${request.headers.host}`);
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  worker.remove();
});

const scenario = defineScenario('tls', { title: 'tls', open: { rate: 40 }, sustained: '500ms', 'warm-up': 0 });
const run = (address: Omit<LoadAddress, 'url'>) =>
  startLoad(scenario, { address: { url, ...address }, workerFile: worker.file });

describe('a load over TLS', () => {
  test('trusts the given authority, and asks for the host by its name on the dialled address', async () => {
    const { sustained } = await run({ ca: certificate.ca, host });
    expect(sustained.statuses).toEqual({ 200: 20 });
    expect(seen).toEqual(new Set([`${host} ${host}`]));
  });

  test('takes no certificate that it does not trust, nor one of another name', async () => {
    const untrusted = await run({ host });
    expect(untrusted.sustained.errors).toBe(20);
    expect(Object.keys(untrusted.failures ?? {})).toEqual([expect.stringMatching(/CERT|SIGNATURE/)]);
    const misnamed = await run({ ca: certificate.ca, host: 'tars.local' });
    expect(misnamed.failures).toEqual({ ERR_TLS_CERT_ALTNAME_INVALID: 20 });
  });

  test('takes any certificate when that was said', async () => {
    expect((await run({ insecure: true, host: 'tars.local' })).sustained.statuses).toEqual({ 200: 20 });
  });
});
