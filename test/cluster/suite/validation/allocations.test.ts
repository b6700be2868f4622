import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const core = `/api/v1/namespaces/${namespace}`;
const services = `${core}/services`;
const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
const service = (name: string, spec: object) =>
  cluster.post(services, { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });

/** `field: message` of each cause of a 422. */
function causesOf({ status, body }: Awaited<ReturnType<typeof service>>): string[] {
  expect([status, body.reason]).toEqual([422, 'Invalid']);
  const causes: { field: string; message: string }[] = body.details.causes;
  return causes.map(({ field, message }) => `${field}: ${message}`);
}

const atNode = (...ports: number[]) => ({
  type: 'NodePort',
  ports: ports.map((nodePort, at) => ({ port: 80 + at, name: `p${at}`, nodePort })),
});
const range = 'provided port is not in the valid range. The range of valid ports is 30000-32767';

it.skipIf(!cluster.ours)('a port of nodes is in their range, and nobody else has it', async () => {
  const at = 'spec.ports[0].nodePort: Invalid value: ';
  for (const port of [80, 33_000])
    expect(causesOf(await service('a', atNode(port)))).toEqual([`${at}${port}: ${range}`]);
  const { body } = await service('b', { type: 'NodePort' });
  const taken: number = body.spec.ports[0].nodePort;
  expect(causesOf(await service('c', atNode(taken)))).toEqual([`${at}${taken}: provided port is already allocated`]);
  await service('d', {});
  const patch = { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: taken }] } };
  const moved = await cluster.patch(`${services}/d`, patch, 'strategic-merge-patch+json');
  expect(causesOf(moved)).toEqual([`${at}${taken}: provided port is already allocated`]);
  await cluster.remove(`${services}/b`);
  expect(causesOf(await service('e', atNode(taken, taken)))).toEqual([
    `spec.ports[1].nodePort: Invalid value: ${taken}: provided port is already allocated`,
  ]);
});

it.skipIf(!cluster.ours)('an address of a Service is in their range, and nobody else has it', async () => {
  const refused = (address: string, why: string) =>
    `spec.clusterIPs: Invalid value: ["${address}"]: failed to allocate IP ${address}: ${why}`;
  const { body } = await service('f', {});
  for (const clusterIP of [body.spec.clusterIP, '10.96.0.1'])
    expect(causesOf(await service('g', { clusterIP }))).toEqual([
      refused(clusterIP, 'provided IP is already allocated'),
    ]);
  for (const clusterIP of ['10.97.0.1', '10.96.0.0'])
    expect(causesOf(await service('g', { clusterIP }))).toEqual([
      refused(clusterIP, 'the provided network does not match the current range'),
    ]);
  expect(causesOf(await service('g', { clusterIP: 'fd00::1' }))).toEqual([
    'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster',
  ]);
  expect(causesOf(await service('g', { ipFamilies: ['IPv4', 'IPv6'] }))).toEqual([
    "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
  ]);
});

it('a Service becomes another type, and back, with another address', async () => {
  const merge = (spec: object) => cluster.patch(`${services}/h`, { spec }, 'merge-patch+json');
  await service('h', {});
  const away = await merge({ type: 'ExternalName', externalName: 'a.example.com' });
  expect([away.status, away.body.spec.clusterIP, away.body.spec.clusterIPs]).toEqual([200, undefined, undefined]);
  const back = await merge({ type: 'NodePort', externalName: null });
  const port: unknown = back.body.spec.ports[0].nodePort;
  expect([back.status, typeof back.body.spec.clusterIP, typeof port]).toEqual([200, 'string', 'number']);
  const inner = await merge({ type: 'ClusterIP' });
  const { ports, externalTrafficPolicy } = inner.body.spec;
  expect([inner.status, ports[0].nodePort, externalTrafficPolicy]).toEqual([200, undefined, undefined]);
});

const mebibyte = 1024 * 1024;

it('a ConfigMap and a Secret hold a mebibyte, annotations a quarter of it', async () => {
  const data = { a: 'x'.repeat(mebibyte + 1) };
  const maps = await cluster.post(`${core}/configmaps`, { metadata: { name: 'big' }, data });
  expect(causesOf(maps)).toEqual([`[]: Too long: may not be more than ${mebibyte} bytes`]);
  const secrets = await cluster.post(`${core}/secrets`, { metadata: { name: 'big' }, stringData: data });
  expect(causesOf(secrets)).toEqual([`data: Too long: may not be more than ${mebibyte} bytes`]);
  const annotations = { a: 'x'.repeat(mebibyte / 4) };
  const noted = await cluster.post(`${core}/configmaps`, { metadata: { name: 'big', annotations } });
  expect(causesOf(noted)).toEqual([`metadata.annotations: Too long: may not be more than ${mebibyte / 4} bytes`]);
});

it('a Job that brings the labels of another one is refused', async () => {
  const own = { 'controller-uid': 'old', 'job-name': 'old' };
  const template = {
    metadata: { labels: own },
    spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] },
  };
  const answer = await cluster.post(jobs, { metadata: { name: 'x' }, spec: { suspend: true, template } });
  const uid = '[0-9a-f-]{36}';
  const found = causesOf(answer).map((line) => line.replaceAll(new RegExp(uid, 'g'), 'UID'));
  const labels =
    '{"batch.kubernetes.io/controller-uid":"UID","batch.kubernetes.io/job-name":"x","controller-uid":"old","job-name":"old"}';
  expect(found).toEqual([
    `spec.template.metadata.labels[controller-uid]: Invalid value: ${labels}: must be 'UID'`,
    `spec.template.metadata.labels[job-name]: Invalid value: ${labels}: must be 'x'`,
  ]);
});
