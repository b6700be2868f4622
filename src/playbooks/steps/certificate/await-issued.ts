import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../base/errors.ts';
import { getObject } from '../../../cluster/objects.ts';
import { waitReady } from '../../../cluster/readiness/wait-ready.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { StepContext, StepResult } from '../../step-kind.ts';
import { readIssuance } from './issuance.ts';
import { causeOf } from './issuance-cause.ts';

const lookMs = 1000;

/** Waits for what cert-manager makes. A Certificate is followed on its way; when none comes, the error says why. */
export async function awaitIssued(text: string, context: StepContext): Promise<StepResult> {
  const { connection, namespace, signal } = context;
  const [kind = '', name = ''] = text.split('/');
  const ref = { apiVersion: 'cert-manager.io/v1', kind, name, ...(kind === 'ClusterIssuer' ? {} : { namespace }) };
  const object = await getObject(connection, ref, signal);
  if (!object)
    throw new Problem(`There is no ${text} in the namespace ${namespace}`, {
      next: [`kubectl get ${kind.toLowerCase()} -n ${namespace}`],
    });
  if (kind === 'Certificate') await followed(object, context);
  else await ready(object, context);
  const { notAfter } = ((await getObject(connection, ref, signal))?.status ?? {}) as { notAfter?: string };
  if (notAfter === undefined) return { summary: `${text} is ready`, outputs: { action: 'ready' } };
  const days = Math.floor((Date.parse(notAfter) - Date.now()) / 86_400_000);
  return {
    summary: `${text} is ready, valid until ${notAfter} (${days} days)`,
    outputs: { action: 'ready', expires: notAfter, days },
  };
}

function ready(object: KubernetesObject, { connection, waiting, timeoutMs, progress }: StepContext): Promise<void> {
  return waitReady(connection, [object], { timeoutMs, signal: waiting, onProgress: progress });
}

async function followed(object: KubernetesObject, context: StepContext): Promise<void> {
  const ending = new AbortController();
  const { name } = object.metadata;
  const following = follow(name, { ...context, waiting: AbortSignal.any([context.waiting, ending.signal]) });
  try {
    // What is on the way says more than the Certificate does.
    await ready(object, { ...context, progress: () => {} });
  } catch (error) {
    context.waiting.throwIfAborted();
    throw await explained(error, name, context);
  } finally {
    ending.abort();
    await following;
  }
}

/** Puts out each object on the way when it says something new. */
async function follow(name: string, context: StepContext): Promise<void> {
  const said = new Set<string>();
  try {
    for (;;) {
      const { steps } = await readIssuance(name, { ...context, signal: context.waiting });
      for (const line of steps.filter((one) => !said.has(one))) {
        said.add(line);
        context.output(line);
      }
      const last = steps.at(-1);
      if (last) context.progress(last);
      await sleep(lookMs, undefined, { signal: context.waiting });
    }
  } catch {
    // It is over, or cannot be read; the wait itself says so.
  }
}

async function explained(error: unknown, name: string, context: StepContext): Promise<unknown> {
  const { steps, complaints } = await readIssuance(name, context);
  const known = causeOf(complaints);
  if (!known) return error;
  const { namespace } = context;
  return new Problem(`Certificate/${name} was not issued: ${known.cause}`, {
    evidence: [...new Set([...complaints.slice(0, 2), ...steps])],
    next: [...known.next, `kubectl describe challenges,orders,certificaterequests -n ${namespace}`],
    cause: error,
  });
}
