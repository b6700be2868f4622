import { isObject } from '../json.ts';
import {
  all,
  atLeastZero,
  type Check,
  fields,
  given,
  isAbsent,
  named,
  needed,
  numberOf,
  oneOf,
  portNumber,
  textOf,
} from './checks.ts';
import { forbidden, required, unknownValue } from './faults.ts';
import { headerNameFaults, portNameFaults } from './names.ts';

/** A port by number or by name (`ValidatePortNumOrName`). */
export const portOrName: Check = (value, path, faults, owner) => {
  if (typeof value === 'string') named(portNameFaults)(value, path, faults, owner);
  else portNumber(value, path, faults, owner);
};

const headers: Check = (value, path, faults) => {
  for (const header of Array.isArray(value) ? value : []) {
    const name = textOf(isObject(header) ? header.name : '');
    for (const why of headerNameFaults(name)) faults.push(unknownValue(path, name, why));
  }
};

const kinds: readonly [field: string, check: Check][] = [
  ['exec', fields({ command: needed() })],
  ['httpGet', fields({ path: needed(), port: portOrName, scheme: oneOf('HTTP', 'HTTPS'), httpHeaders: headers })],
  ['tcpSocket', fields({ port: portOrName })],
  ['grpc', fields({ port: portNumber })],
];

/** What a probe or a hook does: one thing (`validateHandler` of `pkg/apis/core/validation/validation.go`). */
function handler(grace: number): Check {
  const sleep: Check = (value, path, faults) => {
    const seconds = numberOf(isObject(value) ? value.seconds : 0);
    const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
    if (seconds < 0 || seconds > grace) faults.push(unknownValue(path, seconds, why));
  };
  const known = [...kinds, ['sleep', sleep] as const];
  return (value, path, faults, owner) => {
    const struct = isObject(value) ? value : {};
    const found = known.filter(([field]) => !isAbsent(struct[field]));
    for (const [at, [field, check]] of found.entries())
      if (at > 0) faults.push(forbidden(`${path}.${field}`, 'may not specify more than 1 handler type'));
      else check(struct[field], `${path}.${field}`, faults, owner);
    if (found.length === 0) faults.push(required(path, 'must specify a handler type'));
  };
}

const seconds = fields({
  initialDelaySeconds: atLeastZero,
  timeoutSeconds: atLeastZero,
  periodSeconds: atLeastZero,
  successThreshold: atLeastZero,
  failureThreshold: atLeastZero,
  terminationGracePeriodSeconds: given((value, path, faults) => {
    if (numberOf(value) <= 0) faults.push(unknownValue(path, value, 'must be greater than 0'));
  }),
});

const once = fields({
  successThreshold: (value, path, faults) => {
    if (value !== 1) faults.push(unknownValue(path, numberOf(value), 'must be 1'));
  },
});

const noGrace = fields({
  terminationGracePeriodSeconds: given((value, path, faults) => {
    faults.push(unknownValue(path, value, 'must not be set for readinessProbes'));
  }),
});

/** Hooks and probes of a container; `grace` is the pod's, in seconds. */
export function lifeRules(grace: number): Check {
  const probe = all(handler(grace), seconds);
  return fields({
    lifecycle: fields({ postStart: given(handler(grace)), preStop: given(handler(grace)) }),
    livenessProbe: given(all(probe, once)),
    readinessProbe: given(all(probe, noGrace)),
    startupProbe: given(all(probe, once)),
  });
}

const notThere = given((_, path, faults) => {
  faults.push(forbidden(path, 'may not be set for init containers without restartPolicy=Always'));
});

/** What an init container that ends may not have. */
export const noLifeRules: Check = fields({
  lifecycle: notThere,
  livenessProbe: notThere,
  readinessProbe: notThere,
  startupProbe: notThere,
});
