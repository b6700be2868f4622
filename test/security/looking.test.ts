import type { IncomingMessage } from 'node:http';
import { createServer, Agent as HttpsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createServices } from '../../src/cli/console-services.ts';
import { statusCommand } from '../../src/cli/status.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import { makeCertificate } from '../../src/sandbox/api/certificate.ts';
import { forward } from '../faults/forward.ts';
import { writeKubeconfig } from '../support/cluster.ts';
import { startWholeSandbox } from '../support/whole-sandbox.ts';

/** Everything that was asked of the API server, and whether that could change anything. */
const asked: { line: string; changes: boolean }[] = [];
let kubeconfig: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const sandbox = await startWholeSandbox(60);
  const { url, ca: upstreamAuthority, token } = sandbox.server;
  const agent = new HttpsAgent({ ca: upstreamAuthority, keepAlive: true });
  const { key, cert, ca } = await makeCertificate();
  const server = createServer({ key, cert }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => asked.push(entryOf(incoming, Buffer.concat(chunks).toString())));
    forward({ url: new URL(url), agent, token }, incoming, response);
  });
  server.on('upgrade', ({ url: path }, socket) => {
    asked.push({ line: `UPGRADE ${path}`, changes: true });
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  kubeconfig = writeKubeconfig({ server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca });
  close = async () => {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await sandbox.close();
  };
});
afterAll(() => close());

function entryOf({ method = '', url = '' }: IncomingMessage, body: string) {
  const dry = /[?&]dryRun=All(&|$)/.test(url) || /"dryRun":\["All"\]/.test(body);
  const review = method === 'POST' && /\/self(subjectaccess|subjectrules|subject)reviews(\?|$)/.test(url);
  const { pathname } = new URL(url, 'https://x');
  const proxied = /\/(exec|attach|portforward)$/.test(pathname);
  return { line: `${method} ${url}`, changes: proxied || (method !== 'GET' && !dry && !review) };
}

it('opening the console, its status, details, plans and previews ask nothing that could change a cluster', async () => {
  const services = createServices({ kubeconfig });
  const [system] = (await services.catalog()).systems.filter(({ name }) => name === 'tars');
  if (!system) throw new Error('tars is not there');
  const { signal } = new AbortController();
  await services.contexts();
  await services.probe('fake', signal);
  const choice = { sandbox: false, kubeconfig, context: 'fake', namespace: 'tars' };
  const session = await services.connect(choice, system);
  await services.status(session, system, signal);
  await services.details(session, { kind: 'Pod', name: 'none' }, signal);
  const plan = await services.plan({
    ...{ playbook: 'tars/deploy', inputs: {}, manifests: undefined, cluster: choice },
  });
  const seen: number[] = [];
  await services.preview(plan, ({ steps }) => seen.push(steps.length), signal);
  await services.runs();
  session.close();
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await statusCommand(['tars'], { namespace: 'tars' }, { connect: () => connect(choice) });
  vi.restoreAllMocks();
  expect(seen.at(-1)).toBeGreaterThan(3);
  // The proxy sees what there is to see: the previews are the server's own dry-runs.
  expect(asked.some(({ line }) => line.startsWith('PATCH ') && line.includes('dryRun=All'))).toBe(true);
  expect(asked.filter(({ changes }) => changes).map(({ line }) => line)).toEqual([]);
}, 60_000);
