import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Attributes } from './auth/attributes.ts';
import { reviewRules, reviewToken } from './auth/review-answers.ts';
import { type User, userInfo } from './auth/user.ts';
import { readObject } from './body.ts';
import { badRequest, type FieldFault, StatusError } from './errors.ts';
import { isObject, type Json, listAt, objectAt, textAt } from './json.ts';
import { afterUpdate } from './managed/managers.ts';
import { mergeTypeOf } from './managed/merge-type.ts';
import type { Answer, ApiRequest } from './request.ts';
import { apiVersionOf } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';
import { optionsOf } from './write-options.ts';

/** Answers a review: who may do what, and who somebody is (`pkg/registry/{authorization,authentication}`). Nothing is stored. */
export async function review(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource } = request;
  const sent = await readObject(request.incoming, request.contentType);
  const about = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  if (resource.kind === 'SelfSubjectReview') {
    const metadata = { creationTimestamp: timestamp(context.now()) };
    return { status: 201, object: { ...about, metadata, status: { userInfo: userInfo(request.user) } } };
  }
  if (resource.kind === 'SelfSubjectRulesReview') {
    const namespace = textAt(sent, 'spec', 'namespace');
    if (namespace === '') throw badRequest('no namespace on request');
    const status = reviewRules(context, request.user, namespace);
    return { status: 201, object: { ...about, metadata: {}, spec: {}, status } };
  }
  const spec = objectAt(sent, 'spec');
  const status = resource.kind === 'TokenReview' ? reviewToken(context, spec) : decide(context, request, spec);
  const object = { ...about, ...sent, metadata: metadataOf(context, request, sent), spec, status };
  return { status: 201, object };
}

function metadataOf(context: ServerContext, request: ApiRequest, sent: Json) {
  const { resource, namespace } = request;
  const given = objectAt(sent, 'metadata');
  const { writer } = optionsOf(context, request, namespace, 'Update');
  const written = { ...sent, kind: resource.kind, apiVersion: apiVersionOf(resource), metadata: given };
  const { managedFields: _, ...kept } = given;
  return {
    ...kept,
    ...(resource.namespaced ? { namespace } : {}),
    managedFields: afterUpdate(undefined, written as unknown as KubernetesObject, writer, mergeTypeOf(resource)),
  };
}

/** SubjectAccessReview, its local form and that about oneself. */
function decide({ access }: ServerContext, { resource, namespace, user }: ApiRequest, spec: Json) {
  const self = resource.kind === 'SelfSubjectAccessReview';
  checkSpec(spec, self);
  const attributes = attributesIn(spec);
  if (resource.namespaced && attributes.resource?.namespace !== namespace)
    throw refuse([
      {
        type: 'FieldValueInvalid',
        field: 'spec.resourceAttributes.namespace',
        message: `${JSON.stringify(attributes.resource?.namespace ?? '')}: must match metadata.namespace`,
      },
    ]);
  const { allowed, reason } = access.authorizer.decide(self ? user : subjectOf(spec), attributes);
  return { allowed, ...(reason ? { reason } : {}) };
}

function subjectOf(spec: Json): User {
  const extra = objectAt(spec, 'extra') as Record<string, string[]>;
  return { name: textAt(spec, 'user'), uid: textAt(spec, 'uid'), groups: listAt(spec, 'groups').map(String), extra };
}

function attributesIn(spec: Json): Attributes {
  if (!isObject(spec.resourceAttributes)) {
    const { path, verb } = objectAt(spec, 'nonResourceAttributes');
    return { verb: String(verb ?? ''), path: String(path ?? '') };
  }
  const at = (field: string) => textAt(spec, 'resourceAttributes', field);
  return {
    verb: at('verb'),
    path: '',
    resource: {
      group: at('group'),
      plural: at('resource'),
      subresource: at('subresource'),
      namespace: at('namespace'),
      name: at('name'),
    },
  };
}

/** `pkg/apis/authorization/validation/validation.go` */
function checkSpec(spec: Json, self: boolean): void {
  const [resource, path] = [isObject(spec.resourceAttributes), isObject(spec.nonResourceAttributes)];
  const faults: FieldFault[] = [];
  const one = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  if (resource && path) {
    const message = 'cannot be specified in combination with resourceAttributes';
    faults.push({ type: 'FieldValueInvalid', field: 'spec.nonResourceAttributes', message });
  }
  if (!resource && !path)
    faults.push({ type: 'FieldValueInvalid', field: 'spec.resourceAttributes', message: `null: ${one}` });
  if (!self && textAt(spec, 'user') === '' && listAt(spec, 'groups').length === 0)
    faults.push({
      type: 'FieldValueInvalid',
      field: 'spec.user',
      message: '"": at least one of user or group must be specified',
    });
  if (faults.length > 0) throw refuse(faults);
}

/** These errors name no kind. */
function refuse(faults: FieldFault[]): StatusError {
  const lines = faults.map(({ field, message }) => `${field}: Invalid value: ${message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const causes = faults.map(({ type, field, message }) => ({
    reason: type,
    message: `Invalid value: ${message}`,
    field,
  }));
  return new StatusError(422, 'Invalid', `.authorization.k8s.io "" is invalid: ${text}`, {
    group: 'authorization.k8s.io',
    causes,
  });
}
