import { KubeConfig } from '@kubernetes/client-node';
import type { RealCluster } from './provided.ts';

/** The current context of the user's kubeconfig, by token or client certificate. */
export async function givenCluster(kubeconfig: string): Promise<RealCluster> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`${kubeconfig} has no current context`);
  const options: {
    ca?: Buffer | string;
    cert?: Buffer | string;
    key?: Buffer | string;
    headers?: Record<string, string>;
  } = {};
  await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
  const text = (value: Buffer | string | undefined) => (value === undefined ? {} : { value: value.toString() });
  const token = /^Bearer (.+)$/.exec(options.headers?.Authorization ?? '')?.[1];
  return {
    server: cluster.server,
    kubeconfig,
    given: true,
    binaries: '',
    ...named('ca', text(options.ca).value),
    ...named('cert', text(options.cert).value),
    ...named('key', text(options.key).value),
    ...named('token', token),
  };
}

function named<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}
