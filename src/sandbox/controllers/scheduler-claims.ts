import { matchesNodeTerms } from '../../kubernetes/node-affinity.ts';
import type { NodeUsage } from '../../kubernetes/node-usage.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import type { ControllerContext } from './controller.ts';
import { objectPath } from './resource-paths.ts';
import { type Claim, claimNames, defaultClass, type StorageClass, selectedNode, type Volume } from './storage-terms.ts';
import { reservation } from './volume-binding.ts';
import { findVolume } from './volume-matching.ts';

/** What a pod's claims mean for its place (`plugins/volumebinding/binder.go`): they may forbid every node, or wait for one. */
export interface PodClaims {
  obstacle?: string;
  volumeProblem(usage: NodeUsage): string | undefined;
  /** Not bound yet: their volume is chosen, or made, where the pod will be. */
  unbound: Claim[];
}

const noSuchVolume = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const outOfReach = "node(s) didn't match PersistentVolume's node affinity";
const noneFree = "node(s) didn't find available persistent volumes to bind";

export function createClaimReader(context: ControllerContext) {
  const claims = context.informer('persistentvolumeclaims');
  const volumes = context.informer('persistentvolumes');
  const classes = context.informer('storageclasses');
  const classOf = ({ spec }: Claim) =>
    (spec.storageClassName === undefined
      ? defaultClass(classes.list())
      : classes.get(undefined, spec.storageClassName)) as StorageClass | undefined;
  const reaches = (volume: Volume, { node }: NodeUsage) =>
    matchesNodeTerms(volume.spec.nodeAffinity?.required?.nodeSelectorTerms, node);
  const freeFor = (claim: Claim, usage: NodeUsage) =>
    findVolume(claim, volumes.list() as Volume[], { reaches: (volume) => reaches(volume, usage) });

  const problemWith = (claim: Claim, usage: NodeUsage): string | undefined => {
    if (isBound(claim)) {
      const volume = volumes.get(undefined, claim.spec.volumeName ?? '') as Volume | undefined;
      if (!volume) return noSuchVolume;
      return reaches(volume, usage) ? undefined : outOfReach;
    }
    if (claim.metadata.annotations?.[selectedNode] === usage.node.metadata.name) return undefined;
    const provisioner = classOf(claim)?.provisioner ?? 'kubernetes.io/no-provisioner';
    if (!provisioner.startsWith('kubernetes.io/')) return undefined;
    return freeFor(claim, usage) ? undefined : noneFree;
  };

  /** Reserves a volume that is there, or tells the provisioner where one is needed. */
  const claimAt = async (claim: Claim, usage: NodeUsage): Promise<void> => {
    const { client } = context;
    const volume = freeFor(claim, usage);
    const reserve = volume && reservation(claim, volume);
    if (reserve) await client.patch(objectPath('persistentvolumes', volume.metadata), reserve, 'merge');
    if (volume) return;
    const metadata = { annotations: { [selectedNode]: usage.node.metadata.name } };
    await client.patch(objectPath('persistentvolumeclaims', claim.metadata), { metadata }, 'merge');
  };

  const read = (pod: Pod): PodClaims => {
    const found: Claim[] = [];
    for (const name of claimNames(pod)) {
      const claim = claims.get(pod.metadata.namespace, name) as Claim | undefined;
      const obstacle = obstacleOf(name, claim, claim && classOf(claim));
      if (obstacle !== undefined) return { obstacle, volumeProblem: () => undefined, unbound: [] };
      if (claim) found.push(claim);
    }
    const volumeProblem = (usage: NodeUsage) => {
      for (const claim of found) {
        const problem = problemWith(claim, usage);
        if (problem !== undefined) return problem;
      }
      return undefined;
    };
    return { volumeProblem, unbound: found.filter((claim) => !isBound(claim)) };
  };
  return {
    read,
    claimAt,
    informers: [claims, volumes, classes],
    /** Hears of changed claims, and of claims whose volume changed. */
    changes: (handle: (claim: KubernetesObject) => void) => [
      claims.on(({ object }) => handle(object)),
      volumes.on(({ object }) => {
        const { namespace, name = '' } = (object as Volume).spec.claimRef ?? {};
        const claim = claims.get(namespace, name);
        if (claim) handle(claim);
      }),
    ],
  };
}

const isBound = ({ spec, status }: Claim) => spec.volumeName !== undefined && status?.phase === 'Bound';

function obstacleOf(
  name: string,
  claim: Claim | undefined,
  storageClass: StorageClass | undefined,
): string | undefined {
  if (!claim) return `persistentvolumeclaim "${name}" not found`;
  if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  if (claim.status?.phase === 'Lost')
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`;
  const late = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  return isBound(claim) || (late && !claim.spec.volumeName)
    ? undefined
    : 'pod has unbound immediate PersistentVolumeClaims';
}
