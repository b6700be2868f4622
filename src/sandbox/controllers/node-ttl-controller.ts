import { type Controller, type ControllerContext, runController } from './controller.ts';

const annotation = 'node.alpha.kubernetes.io/ttl';

/** From how many nodes on what they read may be how old, in seconds; a cluster that shrinks stays longer with the longer time. */
const boundaries = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** Tells every node by an annotation how long it may keep Secrets and ConfigMaps (`pkg/controller/ttl/ttl_controller.go`). */
export function startNodeTtlController(context: ControllerContext): Controller {
  const nodes = context.informer('nodes');
  let step = 0;
  const seconds = (count: number): number => {
    while (count > (boundaries[step]?.most ?? count)) step += 1;
    while (count < (boundaries[step]?.least ?? 0)) step -= 1;
    return boundaries[step]?.seconds ?? 0;
  };
  return runController(context, {
    name: 'ttl',
    inputs: [{ informer: nodes, keys: ({ metadata }, { type }) => (type === 'deleted' ? [] : [metadata.name]) }],
    async sync(name) {
      const node = nodes.get(undefined, name);
      const wanted = String(seconds(nodes.list().length));
      if (!node || node.metadata.annotations?.[annotation] === wanted) return;
      await context.client.patch(
        `/api/v1/nodes/${name}`,
        { metadata: { annotations: { [annotation]: wanted } } },
        'merge',
      );
    },
  });
}
