import { messageOf } from '../../../base/errors.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { createInformer } from '../../informer.ts';
import type { ProcessContext } from '../image.ts';
import type { Duty, Service, World } from './duty.ts';
import { services } from './services.ts';

const settleMs = 20;
const soonMs = 1000;
const sweepMs = 15_000;

/**
 * Follows the kinds of what is served, and looks at every object again after any change, soon where one is not settled, and now
 * and then for what others took away. Returns what ends it, and what it answers over HTTP.
 */
export function startOperator(context: ProcessContext, served: readonly (string | Service)[]) {
  const client = context.api('stand-in-operator');
  const { clock, shorten, log, namespace } = context;
  const world: World = { client, log, now: Date.now, namespace };
  const chosen = served.flatMap((name): Service[] => {
    if (typeof name !== 'string') return [name];
    const service = services[name];
    if (!service) log(`nothing is known of ${name}`);
    return service ? [service()] : [];
  });
  const followed = chosen.flatMap(({ duties }) => duties).map((duty) => ({ duty, ...following(duty) }));
  let cancel = () => {};
  let dueAt = Number.POSITIVE_INFINITY;
  let running = false;
  let ended = false;

  function following({ path }: Duty) {
    return { informer: createInformer(client, path), told: new Map<string, string>() };
  }
  const again = (ms: number) => {
    const at = clock.now() + ms;
    if (ended || at >= dueAt) return;
    cancel();
    dueAt = at;
    cancel = clock.later(ms, () => void look());
  };
  const look = async () => {
    dueAt = Number.POSITIVE_INFINITY;
    if (running) return again(settleMs);
    running = true;
    const settled = await fulfilAll();
    running = false;
    again(shorten(settled ? sweepMs : soonMs));
  };
  const fulfilAll = async () => {
    let settled = true;
    for (const { duty, informer, told } of followed)
      for (const object of informer.list()) {
        if (ended) return true;
        if (object.metadata.deletionTimestamp) continue;
        settled = (await one(duty, object, told)) && settled;
      }
    return settled;
  };
  const one = async (duty: Duty, object: KubernetesObject, told: Map<string, string>) => {
    const { kind, metadata } = object;
    const name = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
    const said = await duty.fulfil(world, object).catch((error: unknown) => messageOf(error));
    // The same again is not worth a line.
    const line = typeof said === 'string' ? said : said ? 'is as it should be' : 'is being worked on';
    if (!ended && told.get(name) !== line) log(`${name}: ${line}`);
    told.set(name, line);
    return said === true;
  };

  const begin = async () => {
    for (const service of chosen) await service.begin?.(world);
    for (const { informer } of followed) informer.on(() => again(settleMs));
    again(0);
  };
  void begin().catch((error: unknown) => {
    if (!ended) log(`cannot begin: ${messageOf(error)}`);
  });

  return {
    page: (path: string) => chosen.map((service) => service.page?.(path)).find((page) => page !== undefined),
    end() {
      ended = true;
      cancel();
      for (const { informer } of followed) informer.stop();
      client.close();
    },
  };
}
