import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { jsonSyntaxError } from '../decode/json-syntax.ts';
import type { FieldFault } from '../errors.ts';
import { equal, type Json, objectAt, textAt } from '../json.ts';
import { textOf } from './checks.ts';
import { forbidden, required, unknownValue } from './faults.ts';
import { configKeyFaults } from './names.ts';

/** `MaxSecretSize` of `pkg/apis/core/types.go`; ConfigMaps have the same. */
const mostBytes = 1024 * 1024;

const keyFaults = (data: Json, field: string) =>
  Object.keys(data).flatMap((key) => configKeyFaults(key).map((why) => unknownValue(`${field}[${key}]`, key, why)));

const tooLong = (field: string): FieldFault => ({
  type: 'FieldValueTooLong',
  field,
  message: `may not be more than ${mostBytes} bytes`,
});

const bytesOf = (value: unknown) => Buffer.byteLength(textOf(value));
const encodedBytesOf = (value: unknown) => Buffer.byteLength(textOf(value), 'base64');

function sumOf(data: Json, size: (value: unknown) => number): number {
  let sum = 0;
  for (const key of Object.keys(data)) sum += size(data[key]);
  return sum;
}

/** `pkg/apis/core/validation/validation.go ValidateConfigMap`, `ValidateConfigMapUpdate` */
export function configMapFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const [data, bytes] = [objectAt(object, 'data'), objectAt(object, 'binaryData')];
  const twice = Object.keys(data).filter((key) => key in bytes);
  const isLarge = sumOf(data, bytesOf) + sumOf(bytes, encodedBytesOf) > mostBytes;
  return [
    ...frozenFaults(object, current),
    ...keyFaults(data, 'data'),
    ...twice.map((key) => unknownValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...keyFaults(bytes, 'binaryData'),
    ...(isLarge ? [tooLong('[]')] : []),
  ];
}

/** What may not change any more, nor become changeable again. */
function frozenFaults(object: KubernetesObject, current: KubernetesObject | undefined): FieldFault[] {
  if (current?.immutable !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? [] : [forbidden('immutable', why)]),
    ...['data', 'binaryData']
      .filter((field) => !equal(objectAt(current, field), objectAt(object, field)))
      .map((field) => forbidden(field, why)),
  ];
}

const accountName = 'kubernetes.io/service-account.name';

/** What a Secret of a type must hold. */
const needs: Record<string, (secret: KubernetesObject, data: Json) => FieldFault[]> = {
  'kubernetes.io/service-account-token': (secret) =>
    secret.metadata.annotations?.[accountName] ? [] : [required(`metadata.annotations[${accountName}]`)],
  'kubernetes.io/dockercfg': (_, data) => jsonFaults(data, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (_, data) => jsonFaults(data, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (_, data) => {
    const keys = ['username', 'password'];
    return keys.some((key) => key in data) ? [] : keys.map((key) => required(`data[${key}]`));
  },
  'kubernetes.io/ssh-auth': (_, data) =>
    textAt(data, 'ssh-privatekey') === '' ? [required('data[ssh-privatekey]')] : [],
  'kubernetes.io/tls': (_, data) =>
    ['tls.crt', 'tls.key'].filter((key) => !(key in data)).map((key) => required(`data[${key}]`)),
};

function jsonFaults(data: Json, key: string): FieldFault[] {
  const field = `data[${key}]`;
  if (!(key in data)) return [required(field)];
  const fault = jsonSyntaxError(Buffer.from(textAt(data, key), 'base64').toString());
  return fault === undefined ? [] : [unknownValue(field, '<secret contents redacted>', fault)];
}

/** `ValidateSecret`, `ValidateSecretUpdate` */
export function secretFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const data = objectAt(object, 'data');
  const moved = current && current.type !== object.type;
  return [
    ...(moved ? [unknownValue('type', object.type, 'field is immutable')] : []),
    ...frozenFaults(object, current),
    ...keyFaults(data, 'data'),
    ...(sumOf(data, encodedBytesOf) > mostBytes ? [tooLong('data')] : []),
    ...(needs[textOf(object.type)]?.(object, data) ?? []),
  ];
}
