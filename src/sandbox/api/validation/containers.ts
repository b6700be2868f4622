import { objectAt, textAt } from '../json.ts';
import {
  all,
  type Check,
  each,
  fields,
  filled,
  given,
  isEmpty,
  named,
  needed,
  numberOf,
  oneOf,
  portNumber,
  textOf,
} from './checks.ts';
import { variableSources, variables } from './environment.ts';
import { duplicate, forbidden, required, unknownValue, unsupported } from './faults.ts';
import { labelNameFaults, portNameFaults } from './names.ts';
import { resourceRequirements } from './resources.ts';
import { securityContext } from './security.ts';
import { relativePath } from './volumes.ts';

type Volumes = ReadonlyMap<string, object>;

const nonZeroPort: Check = (value, path, faults, owner) => {
  if (numberOf(value) !== 0) portNumber(value, path, faults, owner);
};

const ports: Check = (list, path, faults, owner) => {
  const names = new Set<string>();
  const name: Check = filled((value, at) => {
    const why = portNameFaults(textOf(value));
    for (const one of why) faults.push(unknownValue(at, value, one));
    if (why.length > 0) return;
    if (names.has(textOf(value))) faults.push(duplicate(at, value));
    names.add(textOf(value));
  });
  const port = fields({
    name,
    containerPort: (value, at) => {
      if (numberOf(value) === 0) faults.push(required(at));
      else portNumber(value, at, faults, owner);
    },
    hostPort: nonZeroPort,
    protocol: oneOf('SCTP', 'TCP', 'UDP'),
  });
  each(port)(list, path, faults, owner);
};

/** No two containers want the same port of a node (`AccumulateUniqueHostPorts`). */
export const hostPorts: Check = (containers, path, faults) => {
  const taken = new Set<string>();
  const list = Array.isArray(containers) ? containers : [];
  for (const [at, container] of list.entries()) {
    const own = objectAt(container).ports;
    if (!Array.isArray(own)) continue;
    for (const [index, port] of own.entries()) {
      const { hostPort, protocol, hostIP } = objectAt(port);
      if (!hostPort) continue;
      const key = `${textOf(protocol)}/${textOf(hostIP)}/${numberOf(hostPort)}`;
      if (taken.has(key)) faults.push(duplicate(`${path}[${at}].ports[${index}].hostPort`, key));
      taken.add(key);
    }
  }
};

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

/** `ValidateVolumeMounts`; some faults name the list, not the mount. */
function mounts(volumes: Volumes): Check {
  return (list, path, faults, container) => {
    const paths = new Set<unknown>();
    const privileged = objectAt(container, 'securityContext').privileged === true;
    const rules = fields({
      name: (value, at) => {
        if (isEmpty(value)) faults.push(required(at));
        if (!volumes.has(textOf(value)))
          faults.push({ type: 'FieldValueNotFound', field: at, message: JSON.stringify(textOf(value)) });
      },
      mountPath: (value, at) => {
        if (isEmpty(value)) faults.push(required(at));
        if (paths.has(value)) faults.push(unknownValue(at, value, 'must be unique'));
        paths.add(value);
      },
      subPath: filled((value, _, __, owner) => relativePath(value, `${path}.subPath`, faults, owner)),
      subPathExpr: filled((value, at, _, mount) => {
        if (!isEmpty(mount.subPath))
          faults.push(unknownValue(at, value, 'subPathExpr and subPath are mutually exclusive'));
        relativePath(value, `${path}.subPathExpr`, faults, mount);
      }),
      mountPropagation: given((value) => {
        const at = `${path}.mountPropagation`;
        if (!propagations.includes(textOf(value))) faults.push(unsupported(at, value, propagations));
        if (value === 'Bidirectional' && !privileged)
          faults.push(forbidden(at, 'Bidirectional mount propagation is available only to privileged containers'));
      }),
    });
    each(rules)(list, path, faults, container);
  };
}

const blockOnly = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';

/** `ValidateVolumeDevices` */
function devices(volumes: Volumes): Check {
  return each(
    fields({
      name: (value, path, faults) => {
        const volume = volumes.get(textOf(value));
        if (isEmpty(value)) faults.push(required(path));
        if (!volume) faults.push({ type: 'FieldValueNotFound', field: path, message: JSON.stringify(textOf(value)) });
        else if (!('persistentVolumeClaim' in volume) && !('ephemeral' in volume))
          faults.push(unknownValue(path, value, blockOnly));
      },
      devicePath: needed(),
    }),
  );
}

const resizePolicy: Check = (list, path, faults) => {
  for (const policy of Array.isArray(list) ? list : [])
    for (const [field, allowed] of [
      ['resourceName', ['cpu', 'memory']],
      ['restartPolicy', ['NotRequired', 'RestartContainer']],
    ] as const) {
      const value = textAt(policy, field);
      if (value === '') faults.push(required(path));
      else if (!(allowed as readonly string[]).includes(value)) faults.push(unsupported(path, value, allowed));
    }
};

const claimed: Check = (claims, path, faults) => {
  for (const [at, claim] of (Array.isArray(claims) ? claims : []).entries())
    faults.push({
      type: 'FieldValueNotFound',
      field: `${path}[${at}]`,
      message: `${JSON.stringify(textAt(claim, 'name'))}: must be one of the names in pod.spec.resourceClaims which is empty`,
    });
};

const containerName = needed(named(labelNameFaults));
const messagePolicy = needed(oneOf('File', 'FallbackToLogsOnError'));
const pullPolicy = needed(oneOf('Always', 'IfNotPresent', 'Never'));

/** What all containers must have (`validateContainerCommon` of `pkg/apis/core/validation/validation.go`). */
export function containerRules(volumes: Volumes, hasClaims: boolean): Check {
  return fields({
    name: containerName,
    image: needed(),
    terminationMessagePolicy: messagePolicy,
    ports,
    env: variables,
    envFrom: variableSources,
    volumeMounts: mounts(volumes),
    volumeDevices: devices(volumes),
    imagePullPolicy: pullPolicy,
    resources: hasClaims ? resourceRequirements : all(resourceRequirements, fields({ claims: claimed })),
    resizePolicy,
    securityContext,
  });
}

const restartPolicies = ['Always', 'Never', 'OnFailure'];

/** Of one container (`validateContainerRestartPolicy`). */
export const containerRestartPolicy: Check = given((value, path, faults) => {
  if (!restartPolicies.includes(textOf(value))) faults.push(unsupported(path, value, restartPolicies));
});

/** No blanks around an image; said of pods alone, not of templates (`validateContainerOnlyForPod`). */
export const trimmedImages: Check = each(
  fields({
    image: (value, path, faults) => {
      if (textOf(value).trim() !== textOf(value))
        faults.push(unknownValue(path, value, 'must not have leading or trailing whitespace'));
    },
  }),
);
