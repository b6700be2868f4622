import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import type { Connection } from '../../cluster/connection.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { createObject, fieldManager, getObject } from '../../cluster/objects.ts';
import { pathOf } from '../../cluster/resources.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Tick, Ticks } from './tick.ts';

/** Where the ticks of a checklist are kept: the system's namespace, and the name of the list. */
export interface TicksPlace {
  namespace: string;
  /** `production` */
  name: string;
}

/** Names the ConfigMaps of checklists among others; its value is the list's name. */
const checklistLabel = 'tars-console.dev/checklist';

const tickSchema = z.object({ by: z.string(), at: z.string(), note: z.string() });

/** The ConfigMap of a checklist, shared by everybody who works with the system: a key for each item, its value a `Tick` as JSON. */
function ticksName(name: string): string {
  return `tars-console-checklist-${name}`;
}

/** What was ticked so far; none where nobody has ticked anything. Throws `KubernetesError` where it may not be read. */
export async function readTicks(connection: Connection, place: TicksPlace, signal?: AbortSignal): Promise<Ticks> {
  return ticksOf(await getObject(connection, refOf(place), signal));
}

export interface TickChange {
  item: string;
  /** Undefined takes the tick away. */
  tick: Tick | undefined;
  /** The tick that the person saw, `null` for none: where somebody else was there first, nothing is written. Left out: whatever is there. */
  seen?: Tick | null;
}

/** How often somebody else may be quicker. */
const mostTries = 8;

/**
 * Ticks an item, or takes its tick away; other items stay as they are, whoever changes them at the same moment. Returns what is
 * ticked then. Throws `Problem` where somebody else has changed this item meanwhile, or the namespace is not there.
 */
export async function changeTick(connection: Connection, place: TicksPlace, change: TickChange): Promise<Ticks> {
  for (let tries = 1; ; tries += 1) {
    const live = await getObject(connection, refOf(place));
    checkSeen(ticksOf(live), change);
    try {
      return ticksOf(await write(connection, place, live, change));
    } catch (error) {
      if (hasStatus(error, 404))
        throw new Problem(`There is no namespace ${place.namespace} to keep it in`, {
          next: ['What was ticked is kept beside the system: deploy it first'],
        });
      // Another one was quicker: what it wrote is read before this is written again.
      if (!hasStatus(error, 409) || tries >= mostTries) throw error;
    }
  }
}

function checkSeen(ticks: Ticks, { item, seen }: TickChange): void {
  if (seen === undefined) return;
  const there = ticks[item];
  if (there?.at === seen?.at && there?.by === seen?.by) return;
  const what = there ? `${there.by} has ticked it meanwhile: ${there.note}` : 'its tick was taken away meanwhile';
  throw new Problem(`Somebody else was quicker: ${what}`, { next: ['Check again, and look at what is there now'] });
}

async function write(
  connection: Connection,
  { namespace, name }: TicksPlace,
  live: KubernetesObject | undefined,
  { item, tick }: TickChange,
): Promise<KubernetesObject> {
  const { [item]: _, ...others } = dataOf(live);
  const data = tick ? { ...others, [item]: JSON.stringify(tick) } : others;
  if (live) {
    const path = await pathOf(connection, refOf({ namespace, name }));
    const body = { ...live, data };
    return (await connection.request<KubernetesObject>({ method: 'PUT', path, query: { fieldManager }, body })).body;
  }
  const labels = { 'app.kubernetes.io/managed-by': fieldManager, [checklistLabel]: name };
  const metadata = { name: ticksName(name), namespace, labels };
  return createObject(connection, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

function refOf({ namespace, name }: TicksPlace) {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: ticksName(name) };
}

function dataOf(object: KubernetesObject | undefined): Record<string, string> {
  return (object?.data ?? {}) as Record<string, string>;
}

/** What somebody else has written by another way counts as far as it can be understood. */
function ticksOf(object: KubernetesObject | undefined): Ticks {
  const read = Object.entries(dataOf(object)).flatMap(([item, text]): [string, Tick][] => {
    try {
      return [[item, tickSchema.parse(JSON.parse(text))]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(read);
}
