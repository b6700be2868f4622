import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { installCertManager } from './cert-manager.ts';
import { type ClusterUnderTest, openCluster } from './cluster.ts';
import { connectTo } from './steps.ts';

/** A namespace with the Ingress of T.A.R.S. on a cluster with cert-manager. */
export interface WayIn {
  cluster: ClusterUnderTest;
  connection: Connection;
  namespace: string;
  close(): Promise<void>;
}

/** Takes the turn of cert-manager, which closing gives back. */
export async function openWayIn(): Promise<WayIn> {
  const cluster = await openCluster();
  const namespace = await cluster.namespace();
  const connection = await connectTo(cluster, namespace);
  const uninstall = await installCertManager(cluster);
  await applyIngress(cluster, namespace);
  const close = async () => {
    await uninstall();
    connection.close();
    await cluster.close();
  };
  return { cluster, connection, namespace, close };
}

/** The Ingress of T.A.R.S. as it is shipped, in a namespace of the test, without what is behind it. */
async function applyIngress(cluster: ClusterUnderTest, namespace: string): Promise<void> {
  const file = join(packageRoot(), 'playbooks', 'tars', 'manifests', 'ingress.yaml');
  const ingress = parse(readFileSync(file, 'utf8'));
  ingress.metadata.namespace = namespace;
  const { status, text } = await cluster.post(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, ingress);
  if (status !== 201) throw new Error(text);
}

/** Until there is a Certificate of this issuer for the Ingress. */
export async function waitForCertificate(cluster: ClusterUnderTest, namespace: string, issuer: string): Promise<void> {
  const path = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/tars-tls-cert`;
  await cluster.until(path, ({ body }) => body?.spec?.issuerRef?.name === issuer);
}

/** The certificate that the Ingress shows. */
export async function readSecretCertificate(cluster: ClusterUnderTest, namespace: string): Promise<X509Certificate> {
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/tars-tls-cert`);
  return new X509Certificate(Buffer.from(body.data['tls.crt'], 'base64'));
}
