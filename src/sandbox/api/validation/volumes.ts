import type { FieldFault } from '../errors.ts';
import { isObject, listAt, objectAt, textAt } from '../json.ts';
import {
  all,
  type Check,
  each,
  faultsOf,
  fields,
  given,
  isAbsent,
  isEmpty,
  named,
  needed,
  numberOf,
  textOf,
} from './checks.ts';
import { claimSpec } from './claims.ts';
import { fileSource } from './environment.ts';
import { duplicate, forbidden, required, unknownValue, unsupported } from './faults.ts';
import { labelNameFaults, subdomainFaults } from './names.ts';

/** `validatePathNoBacksteps` */
const noBacksteps: Check = (value, path, faults) => {
  if (textOf(value).split('/').includes('..')) faults.push(unknownValue(path, value, "must not contain '..'"));
};

/** `validateLocalDescendingPath` */
export const relativePath: Check = (value, path, faults, owner) => {
  if (textOf(value).startsWith('/')) faults.push(unknownValue(path, value, 'must be a relative path'));
  noBacksteps(value, path, faults, owner);
};

/** `ValidateLocalNonReservedPath` */
const filePath: Check = (value, path, faults, owner) => {
  relativePath(value, path, faults, owner);
  const text = textOf(value);
  if (text.startsWith('..') && !text.startsWith('../') && text !== '..')
    faults.push(unknownValue(path, value, "must not start with '..'"));
};

const mode: Check = given((value, path, faults) => {
  if (numberOf(value) < 0 || numberOf(value) > 0o777)
    faults.push(unknownValue(path, value, 'must be a number between 0 and 0777 (octal), both inclusive'));
});

const absolutePath: Check = (value, path, faults) => {
  if (!textOf(value).startsWith('/')) faults.push(unknownValue(path, textOf(value), 'must be an absolute path'));
};

const pathThere: Check = (value, path, faults, owner) => {
  if (isEmpty(value)) faults.push(required(path));
  filePath(value, path, faults, owner);
};

const files = each(fields({ key: needed(), path: pathThere, mode }));

const pathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

export const hostPath: Check = fields({
  path: needed(noBacksteps),
  type: given((value, path, faults) => {
    if (!pathTypes.includes(textOf(value))) faults.push(unsupported(path, value, pathTypes));
  }),
});

export const networkFiles: Check = fields({
  server: needed(),
  path: (value, path, faults, owner) => {
    if (isEmpty(value)) faults.push(required(path));
    absolutePath(value, path, faults, owner);
  },
});

/** Files of a downward API volume; faults name the volume, not the file. */
const fileList: Check = (items, path, faults, owner) => {
  const at = path.replace(/\.items$/, '');
  const rules = all(fields({ path: pathThere }), fileSource, fields({ mode }));
  for (const item of Array.isArray(items) ? items : []) rules(item, at, faults, owner);
};

const token =
  (volume: string): Check =>
  (value, path, faults, owner) => {
    const seconds = numberOf(objectAt(value).expirationSeconds);
    if (seconds < 600)
      faults.push(
        unknownValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'),
      );
    pathThere(objectAt(value).path, `${volume}.path`, faults, owner);
  };

const projected: Check = (value, path, faults, owner) => {
  const seen = new Set<string>();
  const place = (item: unknown, named?: string) => {
    const file = textAt(item, 'path');
    if (seen.has(file)) faults.push(unknownValue(path, named ?? file, 'conflicting duplicate paths'));
    if (file !== '') seen.add(file);
  };
  for (const [at, source] of listAt(value, 'sources').entries()) {
    const start = `${path}.sources[${at}]`;
    for (const kind of ['secret', 'configMap']) {
      const part = objectAt(source)[kind];
      if (isAbsent(part)) continue;
      fields({ name: needed(), items: files })(part, `${start}.${kind}`, faults, owner);
      for (const item of listAt(part, 'items')) place(item, textAt(part, 'name'));
    }
    const down = objectAt(source).downwardAPI;
    given(fields({ items: fileList }))(down, `${start}.downwardAPI`, faults, owner);
    for (const item of listAt(down, 'items')) place(item);
    given(token(path))(objectAt(source).serviceAccountToken, `${start}.serviceAccountToken`, faults, owner);
  }
  mode(objectAt(value).defaultMode, `${path}.defaultMode`, faults, owner);
};

const sizeLimit: Check = (value, path, faults) => {
  if (textOf(value).startsWith('-')) faults.push(forbidden(path, 'SizeLimit field must be a valid resource quantity'));
};

/** In the order in which Kubernetes looks for them: of two, the second is one too many. */
const sources: Readonly<Record<string, Check>> = {
  emptyDir: fields({ sizeLimit }),
  hostPath,
  secret: fields({ secretName: needed(), defaultMode: mode, items: files }),
  nfs: networkFiles,
  persistentVolumeClaim: fields({ claimName: needed() }),
  configMap: fields({ name: needed(), defaultMode: mode, items: files }),
  downwardAPI: fields({ defaultMode: mode, items: fileList }),
  projected,
  csi: fields({ driver: needed(named(subdomainFaults)) }),
  ephemeral: fields({ volumeClaimTemplate: needed(fields({ spec: claimSpec })) }),
};
const others =
  /^(name|image|gitRepo|iscsi|rbd|flexVolume|glusterfs|fc|cephfs|cinder|.*Disk|.*File|.*Volume|.*Store|quobyte|flocker|scaleIO|storageos)$/;

/** `validateVolumeSource` of `pkg/apis/core/validation/validation.go` */
const source: Check = (value, path, faults, owner) => {
  const struct = objectAt(value);
  let count = Object.keys(struct).filter((field) => field !== 'name' && others.test(field)).length;
  for (const [field, check] of Object.entries(sources)) {
    if (isAbsent(struct[field])) continue;
    if (count > 0) faults.push(forbidden(`${path}.${field}`, 'may not specify more than 1 volume type'));
    else check(struct[field], `${path}.${field}`, faults, owner);
    count += 1;
  }
  if (count === 0) faults.push(required(path, 'must specify a volume type'));
};

const volumeRules = all(source, fields({ name: needed(named(labelNameFaults)) }));

/** Faults of a pod's volumes; those without one can be mounted, by name. */
export function checkVolumes(value: unknown, path: string, faults: FieldFault[]): ReadonlyMap<string, object> {
  const found = new Map<string, object>();
  for (const [at, volume] of (Array.isArray(value) ? value : []).entries()) {
    const name = textAt(volume, 'name');
    const own = faultsOf(volumeRules, volume, `${path}[${at}]`);
    if (found.has(name)) own.push(duplicate(`${path}[${at}].name`, name));
    if (own.length === 0 && isObject(volume)) found.set(name, volume);
    else faults.push(...own);
  }
  return found;
}
