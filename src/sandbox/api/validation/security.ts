import { isObject, listAt } from '../json.ts';
import { all, between, type Check, each, fields, given, isAbsent, isEmpty, textOf } from './checks.ts';
import { duplicate, goStruct, required, unknownValue, unsupported } from './faults.ts';

const id = given(between(0, 2_147_483_647));

const oneOrNone = (...allowed: string[]): Check =>
  given((value, path, faults) => {
    if (!allowed.includes(textOf(value))) faults.push(unsupported(path, value, allowed));
  });

const profiles = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** `validateSeccompProfileField`, `ValidateAppArmorProfileField` */
function profile(what: string): Check {
  return given((value, path, faults) => {
    const { type, localhostProfile } = isObject(value) ? value : {};
    if (isEmpty(type)) faults.push(required(`${path}.type`, `type is required when ${what}Profile is set`));
    else if (!profiles.includes(textOf(type))) faults.push(unsupported(`${path}.type`, type, profiles));
    const at = `${path}.localhostProfile`;
    if (type === 'Localhost' && isAbsent(localhostProfile))
      faults.push(required(at, `must be set when ${what === 'seccomp' ? 'seccomp' : 'AppArmor'} type is Localhost`));
    else if (type !== 'Localhost' && !isAbsent(localhostProfile))
      faults.push(
        unknownValue(
          at,
          goStruct(value, ['Type', 'LocalhostProfile']),
          `can only be set when ${what === 'seccomp' ? 'seccomp' : 'AppArmor'} type is Localhost`,
        ),
      );
  });
}

const contextFields = [
  'Capabilities',
  'Privileged',
  'SELinuxOptions',
  'WindowsOptions',
  'RunAsUser',
  'RunAsGroup',
  'RunAsNonRoot',
  'ReadOnlyRootFilesystem',
  'AllowPrivilegeEscalation',
  'ProcMount',
  'SeccompProfile',
  'AppArmorProfile',
];

const escalation: Check = (value, path, faults) => {
  if (!isObject(value) || value.allowPrivilegeEscalation !== false) return;
  const refuse = (why: string) =>
    faults.push(
      unknownValue(path, goStruct(value, contextFields), `cannot set \`allowPrivilegeEscalation\` to false and ${why}`),
    );
  if (value.privileged === true) refuse('`privileged` to true');
  if (listAt(value, 'capabilities', 'add').includes('CAP_SYS_ADMIN')) refuse('`capabilities.Add` CAP_SYS_ADMIN');
};

/** Of a container (`ValidateSecurityContext` of `pkg/apis/core/validation/validation.go`). */
export const securityContext: Check = given(
  all(
    fields({
      runAsUser: id,
      runAsGroup: id,
      procMount: oneOrNone('Default', 'Unmasked'),
      seccompProfile: profile('seccomp'),
    }),
    escalation,
    fields({ appArmorProfile: profile('appArmor') }),
  ),
);

const sysctl = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const sysctlShape =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

const sysctls: Check = (value, path, faults) => {
  const seen = new Set<string>();
  for (const [at, one] of (Array.isArray(value) ? value : []).entries()) {
    const name = textOf(isObject(one) ? one.name : '');
    if (name === '') faults.push(required(`${path}[${at}].name`));
    else if (name.length > 253 || !sysctl.test(name))
      faults.push(unknownValue(`${path}[${at}].name`, name, sysctlShape));
    else if (seen.has(name)) faults.push(duplicate(`${path}[${at}].name`, name));
    seen.add(name);
  }
};

/** Of a whole pod, with what of its spec Go keeps there (`validatePodSpecSecurityContext`). */
export const podSecurityContext: Check = (value, path, faults, spec) => {
  fields({ fsGroup: id, runAsUser: id, runAsGroup: id, supplementalGroups: each(id) })(value, path, faults, spec);
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    faults.push(
      unknownValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  fields({
    sysctls,
    fsGroupChangePolicy: oneOrNone('Always', 'OnRootMismatch'),
    seccompProfile: profile('seccomp'),
    appArmorProfile: profile('appArmor'),
    supplementalGroupsPolicy: oneOrNone('Merge', 'Strict'),
  })(value, path, faults, spec);
};
