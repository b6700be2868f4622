import { parseDuration } from '../../../base/duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { conditionsWith, ensure, find, type Service, setStatus, type World } from '../operators/duty.ts';
import { afterCheck, type CanaryStatus, type Check, requestsIn } from './analysis.ts';
import { type Canary, labelOf, primaryOf, primaryTemplate, servicesOf, type Target } from './parts.ts';

const path = '/apis/flagger.app/v1beta1/canaries';

export interface FlaggerOptions {
  /** Labels by which a target may be told apart from its primary, the first that fits counts. */
  selectorLabels: readonly string[];
  /** What a pod shows at /metrics; undefined where it does not answer. */
  scrape(address: string, port: number): Promise<string | undefined>;
}

interface Seen {
  checkedAt: number;
  begunAt: number;
  all: number;
  failed: number;
}

type Known = CanaryStatus & { lastAppliedSpec?: string; lastPromotedSpec?: string; replicas?: number };

/** Flagger: takes a Deployment over, and brings a new version of it step by step to its primary, or not at all. */
export function flagger(options: FlaggerOptions): Service {
  const seen = new Map<string, Seen>();
  return { duties: [{ path, fulfil: (world, object) => fulfil(world, object as Canary, { ...options, seen }) }] };
}

type Around = FlaggerOptions & { seen: Map<string, Seen> };

async function fulfil(world: World, canary: Canary, around: Around): Promise<boolean> {
  const { namespace = '', uid = '' } = canary.metadata;
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const target = await find<Target>(world, `${deployments}/${canary.spec.targetRef.name}`);
  if (!target) throw new Error(`deployment ${canary.spec.targetRef.name} not found`);
  const label = labelOf(target, around.selectorLabels);
  const known = (canary.status ?? {}) as Partial<Known>;
  const spec = JSON.stringify(target.spec.template);
  const write = (next: Partial<Known>) => save(world, canary, { ...known, ...next });
  const primaryPath = `${deployments}/${target.metadata.name}-primary`;
  const scale = (replicas: number) =>
    world.client.patch(`${deployments}/${target.metadata.name}`, { spec: { replicas } }, 'merge');
  if (known.phase === undefined || known.phase === 'Initializing') {
    const replicas = Math.max(1, target.spec.replicas ?? 1);
    await ensure<KubernetesObject>(world, primaryPath, () => primaryOf(canary, target, label));
    for (const [name, object] of servicesOf(canary, target, label))
      await ensure(world, `/api/v1/namespaces/${namespace}/services/${name}`, () => object);
    const isReady = ready(await find<Target>(world, primaryPath));
    if (!isReady) return write({ phase: 'Initializing', canaryWeight: 0, failedChecks: 0, iterations: 0, replicas });
    await scale(0);
    return write({ phase: 'Initialized', lastAppliedSpec: spec, lastPromotedSpec: spec });
  }
  const replicas = known.replicas ?? 1;
  if (known.phase === 'Progressing') return progress(world, canary, { target, around, write, scale, known });
  if (known.phase === 'Promoting') {
    const template = primaryTemplate(target, label);
    const now = await find<Target>(world, primaryPath);
    if (now && JSON.stringify(imagesOf(now)) !== JSON.stringify(imagesOf(target)))
      await world.client.patch(primaryPath, { spec: { template } }, 'merge');
    else if (ready(now)) return write({ phase: 'Finalising', canaryWeight: 0 });
    return false;
  }
  if (known.phase === 'Finalising') {
    await scale(0);
    return write({ phase: 'Succeeded', canaryWeight: 0, lastPromotedSpec: spec });
  }
  if (spec === known.lastAppliedSpec) return true;
  const now = world.now();
  around.seen.set(uid, { checkedAt: now, begunAt: now, all: 0, failed: 0 });
  await scale(replicas);
  return write({ phase: 'Progressing', canaryWeight: 0, failedChecks: 0, iterations: 0, lastAppliedSpec: spec });
}

interface Progressing {
  target: Target;
  around: Around;
  write(next: Partial<Known>): Promise<boolean>;
  scale(replicas: number): Promise<unknown>;
  known: Partial<Known>;
}

async function progress(world: World, canary: Canary, parts: Progressing): Promise<boolean> {
  const { target, around, write, scale, known } = parts;
  const { uid = '' } = canary.metadata;
  const { interval = '30s', threshold = 5, maxWeight = 50, stepWeight = 10 } = canary.spec.analysis;
  const now = world.now();
  const before = around.seen.get(uid) ?? { checkedAt: now, begunAt: now, all: 0, failed: 0 };
  around.seen.set(uid, before);
  const deadlineMs = (canary.spec.progressDeadlineSeconds ?? 600) * 1000;
  if (!ready(target)) {
    if (now - before.begunAt < deadlineMs) return false;
    await scale(0);
    return write({ phase: 'Failed', canaryWeight: 0 });
  }
  if (now - before.checkedAt < (parseDuration(interval) ?? 30_000)) return false;
  const { check, counted } = await judge(world, canary, { target, before, around });
  around.seen.set(uid, { ...before, ...counted, checkedAt: now });
  const status = { phase: 'Progressing', canaryWeight: 0, failedChecks: 0, iterations: 0, ...known } as CanaryStatus;
  const next = afterCheck(status, check, { threshold, maxWeight, stepWeight });
  world.log(`${canary.metadata.name}: ${next.phase}, weight ${next.canaryWeight}, failed checks ${next.failedChecks}`);
  if (next.phase === 'Failed') await scale(0);
  return write(next);
}

interface Judged {
  target: Target;
  before: Seen;
  around: Around;
}

/** Where the canary's pods are. */
async function addressesOf({ client }: World, { metadata, spec }: Target): Promise<string[]> {
  const labelSelector = Object.entries(spec.selector.matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = `/api/v1/namespaces/${metadata.namespace}/pods`;
  const { items } = await client.get<{ items: { status?: { podIP?: string } }[] }>(pods, { labelSelector });
  return items.flatMap(({ status }) => status?.podIP ?? []);
}

/** The success rate of what the canary's pods have counted since the last check. */
async function judge(
  world: World,
  canary: Canary,
  { target, before, around }: Judged,
): Promise<{ check: Check; counted: { all: number; failed: number } }> {
  const { port, targetPort } = canary.spec.service;
  const counted = { all: 0, failed: 0 };
  for (const address of await addressesOf(world, target)) {
    const one = requestsIn((await around.scrape(address, typeof targetPort === 'number' ? targetPort : port)) ?? '');
    counted.all += one.all;
    counted.failed += one.failed;
  }
  const all = counted.all - before.all;
  const least = canary.spec.analysis.metrics?.find(({ name: one }) => one === 'request-success-rate')?.thresholdRange
    ?.min;
  if (all <= 0) return { check: undefined, counted };
  const rate = 100 * (1 - Math.max(0, counted.failed - before.failed) / all);
  return { check: rate >= (least ?? 99), counted };
}

function ready(deployment: Target | undefined): boolean {
  const { readyReplicas = 0, updatedReplicas = 0, observedGeneration = 0 } = deployment?.status ?? {};
  const wanted = deployment?.spec.replicas ?? 1;
  const isSeen = observedGeneration >= (deployment?.metadata.generation ?? 0);
  return deployment !== undefined && wanted > 0 && isSeen && readyReplicas >= wanted && updatedReplicas >= wanted;
}

function imagesOf({ spec }: Target): unknown {
  return (spec.template.spec as { containers?: { image?: string }[] }).containers?.map(({ image }) => image);
}

async function save(world: World, canary: Canary, status: Partial<Known>): Promise<boolean> {
  const { phase = 'Initializing' } = status;
  const isOver = ['Initialized', 'Succeeded', 'Failed'].includes(phase);
  const conditions = conditionsWith(world, canary, {
    type: 'Promoted',
    status: phase === 'Failed' ? 'False' : isOver ? 'True' : 'Unknown',
    reason: phase,
    message: messages[phase] ?? '',
  });
  await setStatus(world, path, canary, { ...status, conditions });
  return false;
}

const messages: Partial<Record<CanaryStatus['phase'], string>> = {
  Initializing: 'New Deployment detected, initialization started.',
  Initialized: 'Deployment initialization completed.',
  Progressing: 'New revision detected, starting canary analysis.',
  Promoting: 'Canary analysis completed, promoting.',
  Finalising: 'Canary analysis completed, routing all traffic to primary.',
  Succeeded: 'Canary analysis completed successfully, promotion finished.',
  Failed: 'Canary analysis failed, Deployment scaled to zero.',
};
