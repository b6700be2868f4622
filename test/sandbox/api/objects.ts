/** A Deployment of one container, as short as it may be. */
export function deployment(name: string, replicas = 2, image = 'nginx:1.29') {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image }] },
      },
    },
  };
}

export function pod(name: string, more: { labels?: Record<string, string>; nodeName?: string } = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: more.labels ?? {} },
    spec: { containers: [{ name: 'web', image: 'nginx:1.29' }], ...(more.nodeName ? { nodeName: more.nodeName } : {}) },
  };
}

export function configMap(name: string, data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export const inDefault = '/api/v1/namespaces/default';
export const appsInDefault = '/apis/apps/v1/namespaces/default';
