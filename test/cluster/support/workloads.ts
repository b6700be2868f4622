/** A Deployment of one container `web`, as it is sent. */
export function webDeployment(
  name: string,
  more: { replicas?: number; template?: object; container?: object; spec?: object } = {},
) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: more.replicas ?? 1,
      selector: { matchLabels: labels },
      ...more.spec,
      template: {
        metadata: { labels, ...more.template },
        spec: {
          containers: [{ name: 'web', image: 'nginx:1.27', ...more.container }],
          terminationGracePeriodSeconds: 1,
        },
      },
    },
  };
}
