import type { KubernetesObject } from '../../../../kubernetes/object.ts';
import { fromVersion } from '../../conversion.ts';
import { applyDefaults } from '../../defaults/defaults.ts';
import { badRequest, StatusError } from '../../errors.ts';
import { goQuoted } from '../../go-quoted.ts';
import { isObject, type Json } from '../../json.ts';
import { applyJsonPatch } from '../../patches/json-patch.ts';
import { asObject } from '../../sent-object.ts';
import { warn } from '../../warnings.ts';
import type { AdmissionRequest } from '../admission-request.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import { callWebhook } from './call.ts';
import { isAsked } from './matching.ts';
import { type AdmissionResponse, type Answer, Unanswered } from './reviews.ts';
import { type Webhook, webhooksOf } from './webhook.ts';

/**
 * Asks the webhooks that change, one after the other, each about what the one before has made of it. True when the object was
 * changed. Throws `Unanswered` until all have answered, and the `StatusError` of a refusal.
 */
export function askMutating(request: AdmissionRequest): boolean {
  let changed = false;
  for (const webhook of webhooksOf(request.context.store, 'mutating')) {
    const attributes = attributesOf(request);
    if (!attributes || !isWanted(webhook, attributes)) continue;
    const answer = answerOf(webhook, attributes);
    if (!answer) throw unanswered([webhook], attributes);
    const response = settle(webhook, answer, attributes);
    if (response?.patch === undefined || !attributes.object) continue;
    replaceBy(request, patched(attributes, response.patch));
    changed = true;
  }
  return changed;
}

/** Asks all webhooks that judge, at once. Throws as `askMutating` does. */
export function askValidating(request: Parameters<typeof attributesOf>[0]): void {
  const webhooks = webhooksOf(request.context.store, 'validating');
  const attributes = webhooks.length === 0 ? undefined : attributesOf(request);
  if (!attributes) return;
  const wanted = webhooks.filter((webhook) => isWanted(webhook, attributes));
  const open = wanted.filter((webhook) => !answerOf(webhook, attributes));
  if (open.length > 0) throw unanswered(open, attributes);
  for (const webhook of wanted) {
    const answer = answerOf(webhook, attributes);
    if (answer) settle(webhook, answer, attributes);
  }
}

/** Deletions have no object that could be changed: both kinds are asked, and only judge. */
export function askAboutDeletion(request: Omit<AdmissionRequest, 'object'>): void {
  for (const webhook of webhooksOf(request.context.store, 'mutating')) {
    const attributes = attributesOf(request);
    if (!attributes || !isWanted(webhook, attributes)) continue;
    const answer = answerOf(webhook, attributes);
    if (!answer) throw unanswered([webhook], attributes);
    settle(webhook, answer, attributes);
  }
  askValidating(request);
}

function isWanted(webhook: Webhook, attributes: Attributes): boolean {
  try {
    if (!isAsked(webhook, attributes)) return false;
  } catch (error) {
    if (webhook.ignoresFailure) return false;
    const why = `${attributes.resource.plural} ${goQuoted(attributes.name)} is forbidden: ${(error as Error).message}`;
    throw new StatusError(403, 'Forbidden', why);
  }
  if (attributes.dryRun && webhook.hasSideEffects)
    throw badRequest(`admission webhook ${goQuoted(webhook.name)} does not support dry run`);
  return true;
}

/** An answer counts for one state of the object: what was changed meanwhile is asked about anew. */
function keyOf(webhook: Webhook, { operation, oldObject, name }: Attributes): string {
  return [webhook.id, operation, oldObject ? `${name} ${oldObject.metadata.resourceVersion}` : ''].join(' ');
}

function answerOf(webhook: Webhook, attributes: Attributes): Answer | undefined {
  return attributes.reviews.answers.get(keyOf(webhook, attributes));
}

function unanswered(webhooks: readonly Webhook[], attributes: Attributes): Unanswered {
  const calls = webhooks.map((one) => [keyOf(one, attributes), () => callWebhook(one, attributes)] as const);
  return new Unanswered(new Map(calls));
}

/** What is let through; undefined where a failure is ignored. Throws the refusal. */
function settle(webhook: Webhook, answer: Answer, { reviews }: Attributes): AdmissionResponse | undefined {
  if ('failure' in answer) {
    if (webhook.ignoresFailure) return undefined;
    const why = `failed calling webhook ${goQuoted(webhook.name)}: ${answer.failure}`;
    throw new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, {
      causes: [{ message: why } as { reason: string; message: string }],
    });
  }
  const { response } = answer;
  if (response.warnings.length > 0) warn(reviews.response, response.warnings);
  if (!response.allowed) throw refusal(webhook, response.status ?? {});
  return response;
}

/** `admission/plugin/webhook/errors ToStatusErr` */
function refusal({ name }: Webhook, { code = 0, reason = '', message = '', details }: Json): StatusError {
  const denied = `admission webhook ${goQuoted(name)} denied the request`;
  const why = String(message || reason);
  const text = why === '' ? `${denied} without explanation` : `${denied}: ${why}`;
  return new StatusError(Math.max(400, Number(code)), String(reason), text, isObject(details) ? details : undefined);
}

function patched({ resource, object }: Attributes, patch: unknown): KubernetesObject {
  const changed = asObject(resource, applyJsonPatch(object as unknown as Json, patch));
  const stored = fromVersion(changed, resource);
  applyDefaults(resource, stored);
  return stored;
}

/** The object of a write is changed in place, by plugins and webhooks alike. */
function replaceBy({ object }: AdmissionRequest, next: KubernetesObject): void {
  for (const field of Object.keys(object)) delete (object as Json)[field];
  Object.assign(object, next);
}
