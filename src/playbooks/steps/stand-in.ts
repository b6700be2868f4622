import { deleteObject, getObject } from '../../cluster/objects.ts';
import type { PlanContext, StepContext, StepResult } from '../step-kind.ts';
import type { PreviewedChange } from '../step-preview.ts';
import { applyStep } from './apply.ts';

/** Says on an object of the sandbox that it only stands there for what could not be done there; its value is the kind of step. */
export const standInLabel = 'tars-console/stand-in';
/** What it stands in for, in words. */
export const standInFor = 'tars-console/stands-in-for';

export interface StandIn {
  name: string;
  namespace: string;
  /** The kind of step that puts it there. */
  step: string;
  /** `the chart rancher 2.14.0 from https://…`. */
  what: string;
  /** Why the thing itself could not be had. */
  why: string;
}

/** True where a stand-in may be put in place of what cannot be done: on the embedded cluster alone. */
export function mayRehearse({ connection }: Pick<StepContext, 'connection'>): boolean {
  return connection.info.sandbox;
}

/** Puts a Deployment with one pod there, labelled as a stand-in, so that what comes later finds something to look at. */
export async function putStandIn(standIn: StandIn, context: StepContext): Promise<StepResult> {
  const { name, namespace, what, why } = standIn;
  context.output(`Rehearsal: ${what} cannot be had here (${why}); Deployment/${name} stands in for it`);
  const config = { apply: 'stand-in', wait: 'ready' as const };
  await applyStep.run(config, applying(standIn, context));
  return {
    summary: `a stand-in for ${what}: Deployment/${name}`,
    outputs: { standIn: true, namespace, objects: [`Deployment/${name}`] },
  };
}

/** The stand-in as a preview shows it. */
export function standInChange({ name, namespace, what, why }: StandIn): PreviewedChange {
  return { object: `Deployment/${name}`, namespace, action: 'create', note: `a stand-in for ${what}: ${why}` };
}

/** Takes a stand-in away again. False when none of this name was there, and on every cluster but the sandbox. */
export async function removeStandIn(name: string, namespace: string, context: StepContext): Promise<boolean> {
  if (!mayRehearse(context)) return false;
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace };
  const live = await getObject(context.connection, ref, context.signal);
  if (live?.metadata.labels?.[standInLabel] === undefined) return false;
  await deleteObject(context.connection, ref, { signal: context.signal });
  return true;
}

function applying(standIn: StandIn, context: StepContext): StepContext {
  const text = `${objectsOf(standIn)
    .map((object) => JSON.stringify(object))
    .join('\n---\n')}\n`;
  const readFile: PlanContext['readFile'] = async (name) => ({ path: name, text });
  return { ...context, readFile };
}

function objectsOf({ name, namespace, step, what }: StandIn): object[] {
  const labels = { app: name, [standInLabel]: step };
  const annotations = { [standInFor]: what };
  const container = { name: 'stand-in', image: 'registry.k8s.io/pause:3.10' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels, annotations },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels, annotations }, spec: { containers: [container] } },
      },
    },
  ];
}
