import { type Condition, conditionOf } from './condition.ts';
import { hasFailed, inNamespace, isReady, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';

interface WithAddresses {
  spec?: { type?: string; clusterIP?: string; externalName?: string };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] }; conditions?: Condition[] };
}

function addressOf(object: KubernetesObject): string | undefined {
  const [first] = (object as WithAddresses).status?.loadBalancer?.ingress ?? [];
  return first?.ip ?? first?.hostname;
}

export function serviceReadiness(object: KubernetesObject): Readiness {
  const { spec } = object as WithAddresses;
  if (spec?.type !== 'LoadBalancer') return isReady(spec?.clusterIP || spec?.externalName || 'made');
  const address = addressOf(object);
  return address === undefined ? isWaiting('waits for the address of its load balancer') : isReady(address);
}

export function ingressReadiness(object: KubernetesObject): Readiness {
  const address = addressOf(object);
  return address === undefined ? isWaiting('waits for an address from its ingress controller') : isReady(address);
}

/** `gateway.networking.k8s.io`: accepted by its controller, programmed, and reached at an address. */
export function gatewayReadiness(object: KubernetesObject): Readiness {
  const status = object.status as { conditions?: Condition[]; addresses?: { value?: string }[] } | undefined;
  const generation = object.metadata.generation ?? 0;
  const seen = (status?.conditions ?? []).filter((one) => (one.observedGeneration ?? generation) >= generation);
  const accepted = conditionOf(seen, 'Accepted');
  if (accepted?.status === 'False')
    return hasFailed('not accepted', {
      reason: accepted.reason ?? 'NotAccepted',
      message: `its controller does not accept it: ${accepted.message || accepted.reason || 'it does not say why'}`,
      patience: 2,
      next: [`kubectl describe gateway ${object.metadata.name}${inNamespace(object.metadata)}`],
    });
  if (accepted?.status !== 'True') return isWaiting('waits for the controller of its class to accept it');
  const programmed = conditionOf(seen, 'Programmed');
  if (programmed?.status !== 'True')
    return isWaiting(`is not programmed yet${programmed?.message ? `: ${programmed.message}` : ''}`);
  const address = status?.addresses?.[0]?.value;
  return address === undefined ? isWaiting('waits for its address') : isReady(address);
}

interface RouteStatus {
  parents?: { parentRef?: { name?: string }; conditions?: Condition[] }[];
}

/** Routes of the Gateway API: every parent accepts them, and what they point to is there. */
export function routeReadiness(object: KubernetesObject): Readiness {
  const parents = (object.status as RouteStatus | undefined)?.parents ?? [];
  if (parents.length === 0) return isWaiting('waits for a gateway to accept it');
  for (const { parentRef, conditions } of parents)
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const condition = conditionOf(conditions, type);
      if (condition?.status === 'True') continue;
      const said = condition?.message || condition?.reason || 'not yet';
      return isWaiting(`${type} by ${parentRef?.name ?? 'its gateway'}: ${said}`);
    }
  return isReady('accepted');
}

/** How the Service behind a webhook is, as far as it could be read. */
export interface WebhookBackend {
  /** The Service is there. */
  exists: boolean;
  /** Endpoints that are ready; undefined where it may not be read. */
  ready: number | undefined;
  /** Why nothing answers on its path; undefined when something does, or it could not be tried. */
  silent: string | undefined;
}

interface Webhook {
  name: string;
  clientConfig?: { caBundle?: string; url?: string; service?: { name: string; namespace: string } };
}

/**
 * A webhook works when the Service that it names has endpoints that answer and the server knows whom to trust; that its pod is
 * ready is not enough. `backends` is by `namespace/name`.
 */
export function webhooksReadiness(
  object: KubernetesObject,
  backends: Readonly<Record<string, WebhookBackend>> | undefined,
): Readiness {
  const webhooks = (object.webhooks ?? []) as Webhook[];
  for (const { name, clientConfig = {} } of webhooks) {
    const { service, caBundle } = clientConfig;
    if (!service) continue;
    const key = `${service.namespace}/${service.name}`;
    const backend = backends?.[key];
    const next = [`kubectl get service,endpointslices -n ${service.namespace}`];
    const fails = (message: string, why: string) =>
      hasFailed(message, {
        reason: 'WebhookFailed',
        message: `the webhook ${name} cannot work: ${why}`,
        patience: 5,
        next,
      });
    if (!caBundle)
      return fails(
        'waits for the caBundle of its webhook',
        'it has no `caBundle`, so that the API server does not trust it; cert-manager or its own operator fills it in',
      );
    if (!backend) continue;
    if (!backend.exists) return fails(`the Service ${key} does not exist`, `its Service ${key} does not exist`);
    if (backend.ready === 0)
      return fails(`no endpoint of ${key} is ready`, `no endpoint of its Service ${key} is ready`);
    if (backend.silent !== undefined)
      return fails(`${key} does not answer`, `its Service ${key} does not answer: ${backend.silent}`);
  }
  return isReady(webhooks.length === 0 ? 'has no webhooks' : 'its webhooks can be reached');
}
