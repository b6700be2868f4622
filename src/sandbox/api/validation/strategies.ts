import { isObject } from '../json.ts';
import { atMostAll, numberOrShare, plainNumber } from './amounts.ts';
import { all, atLeastZero, type Check, fields, isAbsent } from './checks.ts';
import { forbidden, goStruct, required, unknownValue, unsupported } from './faults.ts';

type Checks = (
  strategy: Record<string, unknown>,
  path: string,
  ...rest: [Parameters<Check>[2], Parameters<Check>[3]]
) => void;

const strategy =
  (byType: Checks): Check =>
  (value, path, faults, owner) => {
    if (isObject(value)) byType(value, path, faults, owner);
  };

const whole = (value: Record<string, unknown>) => goStruct(value, ['Type', 'RollingUpdate']);

const rolling: Check = (value, path, faults, owner) => {
  fields({ maxUnavailable: numberOrShare, maxSurge: numberOrShare })(value, path, faults, owner);
  const { maxUnavailable, maxSurge } = isObject(value) ? value : {};
  const at = `${path}.maxUnavailable`;
  if (plainNumber(maxUnavailable) === 0 && plainNumber(maxSurge) === 0)
    faults.push(unknownValue(at, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  atMostAll(maxUnavailable, at, faults, owner);
};

/** `pkg/apis/apps/validation/validation.go ValidateDeploymentStrategy` */
export const deploymentStrategy: Check = strategy((value, path, faults, owner) => {
  const { type, rollingUpdate } = value;
  if (type === 'RollingUpdate') rolling(rollingUpdate, `${path}.rollingUpdate`, faults, owner);
  else if (type !== 'Recreate') faults.push(unsupported(path, whole(value), ['Recreate', 'RollingUpdate']));
  else if (!isAbsent(rollingUpdate))
    faults.push(forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
});

const rollingDaemons: Check = (value, path, faults, owner) => {
  fields({ maxUnavailable: numberOrShare, maxSurge: numberOrShare })(value, path, faults, owner);
  fields({ maxUnavailable: atMostAll, maxSurge: atMostAll })(value, path, faults, owner);
  const { maxUnavailable, maxSurge } = isObject(value) ? value : {};
  const [away, more] = [plainNumber(maxUnavailable), plainNumber(maxSurge)];
  if (away !== 0 && more !== 0)
    faults.push(unknownValue(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (away === 0 && more === 0) faults.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
};

/** `ValidateDaemonSetUpdateStrategy` */
export const daemonStrategy: Check = strategy((value, path, faults, owner) => {
  if (value.type === 'RollingUpdate') rollingDaemons(value.rollingUpdate, `${path}.rollingUpdate`, faults, owner);
  else if (value.type !== 'OnDelete') faults.push(unsupported(path, whole(value), ['RollingUpdate', 'OnDelete']));
});

const rollingSet = all(fields({ partition: atLeastZero }), (value, path, faults, owner) => {
  const most = isObject(value) ? value.maxUnavailable : undefined;
  if (isAbsent(most)) return;
  const at = `${path}.maxUnavailable`;
  numberOrShare(most, at, faults, owner);
  if (plainNumber(most) === 0) faults.push(unknownValue(at, most, 'cannot be 0'));
  atMostAll(most, at, faults, owner);
});

/** In `ValidateStatefulSetSpec`. */
export const statefulStrategy: Check = strategy((value, path, faults, owner) => {
  const { type, rollingUpdate } = value;
  const at = `${path}.rollingUpdate`;
  if (type === 'RollingUpdate') rollingSet(rollingUpdate, at, faults, owner);
  else if (type !== 'OnDelete') faults.push(unknownValue(path, whole(value), "must be 'RollingUpdate' or 'OnDelete'"));
  else if (!isAbsent(rollingUpdate)) {
    const found = goStruct(rollingUpdate, ['Partition', 'MaxUnavailable']);
    faults.push(unknownValue(at, found, "only allowed for updateStrategy 'RollingUpdate'"));
  }
});
