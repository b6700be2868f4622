import { userInfo } from '../../auth/user.ts';
import { isObject, type Json, listAt, textAt } from '../../json.ts';
import type { Attributes } from './attributes.ts';
import type { AdmissionResponse } from './reviews.ts';
import type { Webhook } from './webhook.ts';

/** `admission.k8s.io` AdmissionRequest (`admission/plugin/webhook/request/admissionreview.go`). */
export function reviewRequest(attributes: Attributes, uid: string): Json {
  const { resource, subresource, name, namespace, operation, user, object, oldObject, dryRun, options } = attributes;
  const { group, version, kind, plural } = resource;
  return {
    uid,
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: { group, version, kind },
    requestResource: { group, version, resource: plural },
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    name,
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: userInfo(user),
    object,
    oldObject,
    dryRun,
    options,
  };
}

/** The word in a webhook's answer. Throws what is wrong with it, as `VerifyAdmissionResponse` says it. */
export function readReview(answer: Json, uid: string, { mutating, reviewVersion = 'v1' }: Webhook): AdmissionResponse {
  const { response } = answer;
  if (!isObject(response)) throw new Error('webhook response was absent');
  if (reviewVersion === 'v1') {
    if (response.uid !== uid)
      throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textAt(response, 'uid'))}`);
    const found = `${String(answer.apiVersion)}, Kind=${String(answer.kind)}`;
    if (found !== 'admission.k8s.io/v1, Kind=AdmissionReview')
      throw new Error(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${found}`);
    checkPatch(response, mutating);
  }
  const text = mutating ? textAt(response, 'patch') : '';
  return {
    allowed: response.allowed === true,
    warnings: listAt(response, 'warnings').map(String),
    ...(text === '' ? {} : { patch: patchOf(text) }),
    ...(isObject(response.status) ? { status: response.status } : {}),
  };
}

function checkPatch(response: Json, mutating: boolean): void {
  const [patch, type] = [textAt(response, 'patch') !== '', response.patchType !== undefined];
  if (!mutating && patch) throw new Error('validating webhook may not return response.patch');
  if (!mutating && type) throw new Error('validating webhook may not return response.patchType');
  if (patch && !type) throw new Error('webhook returned response.patch but not response.patchType');
  if (type && !patch) throw new Error('webhook returned response.patchType but not response.patch');
}

function patchOf(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString());
  } catch (error) {
    throw new Error(`received undecodable patch in webhook response: ${(error as Error).message}`);
  }
}
