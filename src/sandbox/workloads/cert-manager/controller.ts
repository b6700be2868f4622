import { messageOf } from '../../../base/errors.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { createEventRecorder } from '../../controllers/event-recorder.ts';
import { createInformer } from '../../informer.ts';
import type { ProcessContext } from '../image.ts';
import { createAcmeServer } from './acme-server.ts';
import { reconcileCertificate } from './certificates.ts';
import { reconcileChallenge } from './challenges.ts';
import { reconcileIngress } from './ingress-shim.ts';
import { reconcileIssuer } from './issuers.ts';
import { holdLeadership } from './leader.ts';
import { reconcileOrder } from './orders.ts';
import { reconcileRequest } from './requests.ts';
import { followedKinds, pathOfKind } from './resources.ts';
import { createLookup, type World } from './world.ts';

type Rule = (world: World, object: never) => Promise<void>;

/** In the order in which one leads to the next. */
const rules: readonly (readonly [kind: string, rule: Rule])[] = [
  ['ClusterIssuer', reconcileIssuer],
  ['Issuer', reconcileIssuer],
  ['Ingress', reconcileIngress],
  ['Certificate', reconcileCertificate],
  ['CertificateRequest', reconcileRequest],
  ['Order', reconcileOrder],
  ['Challenge', reconcileChallenge],
];

const settleMs = 20;
const sweepMs = 30_000;

interface ControllerOptions {
  /** Of Secrets that belong to ClusterIssuers. */
  clusterNamespace: string;
  leaseNamespace: string;
}

/**
 * Follows all kinds and looks at every object again after any change: there are few, and each rule does nothing where all is as
 * it should be. Acts only while it leads. Returns what ends it.
 */
export function startController(context: ProcessContext, options: ControllerOptions): () => Promise<void> {
  const client = context.api('cert-manager-stand-in');
  const informers = new Map(followedKinds.map((kind) => [kind, createInformer(client, pathOfKind(kind))]));
  const { pod, shorten, clock, log } = context;
  let cancel = () => {};
  let dueAt = Number.POSITIVE_INFINITY;
  let running = false;
  let ended = false;
  const again = (ms: number) => {
    const at = clock.now() + ms;
    if (ended || at >= dueAt) return;
    cancel();
    dueAt = at;
    cancel = clock.later(ms, () => void look());
  };
  const world: World = {
    ...createLookup(informers),
    client,
    report: createEventRecorder(client, 'cert-manager'),
    log,
    acme: createAcmeServer(Date.now),
    clusterNamespace: options.clusterNamespace,
    now: Date.now,
    shorten,
    again,
    times: new Map(),
  };
  const leadership = holdLeadership({ client, namespace: options.leaseNamespace, holder: pod, shorten, clock }, () => {
    log(`successfully acquired lease ${options.leaseNamespace}/cert-manager-controller`);
    again(0);
  });
  const look = async () => {
    dueAt = Number.POSITIVE_INFINITY;
    if (running) return again(settleMs);
    running = true;
    if (leadership.leads()) await reconcileAll(world, () => !ended && leadership.leads());
    running = false;
    again(shorten(sweepMs));
  };
  for (const informer of informers.values()) informer.on(() => again(settleMs));
  return async () => {
    ended = true;
    cancel();
    for (const informer of informers.values()) informer.stop();
    await leadership.end();
    client.close();
  };
}

async function reconcileAll(world: World, goesOn: () => boolean): Promise<void> {
  for (const [kind, rule] of rules)
    for (const object of world.all(kind)) {
      if (!goesOn()) return;
      if (object.metadata.deletionTimestamp) continue;
      await one(world, kind, rule, object);
    }
}

async function one(world: World, kind: string, rule: Rule, object: KubernetesObject): Promise<void> {
  try {
    await rule(world, object as never);
  } catch (error) {
    const { namespace, name } = object.metadata;
    world.log(
      `re-queuing item due to error processing ${kind} ${namespace ? `${namespace}/` : ''}${name}: ${messageOf(error)}`,
    );
    world.again(world.shorten(5000));
  }
}
