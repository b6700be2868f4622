import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { discovered } from '../data/discovered.ts';
import { schemaOf } from '../data/schemas.ts';
import { definitionStorage } from './custom-resources.ts';
import { isObject, listAt, textAt } from './json.ts';
import { afterUpdate } from './managed/managers.ts';
import { type ServerContext, timestamp } from './server-context.ts';

const storage = 'apiregistration.k8s.io/apiservices';
const kind = { group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService' };
const label = 'kube-aggregator.kubernetes.io/automanaged';
/** What CustomResourceDefinitions have of priority (`pkg/controlplane/controller/crdregistration`). */
const customPriority = [1000, 100] as const;

interface Served {
  group: string;
  version: string;
  priority: readonly [group: number, version: number];
  /** When it is written: once, or whenever it is not as it should be. */
  managed: 'onstart' | 'true';
}

/**
 * Keeps an APIService for every version of a group that the server itself serves: its own from the beginning, those of
 * CustomResourceDefinitions as they come and go (`kube-aggregator/pkg/controllers/autoregister`).
 */
export function keepLocalServices(context: ServerContext): void {
  for (const [key, priority] of Object.entries(discovered.priorities)) {
    const [group = '', version = ''] = key.split('/');
    put(context, { group, version, priority, managed: 'onstart' });
  }
  context.store.history.subscribe(definitionStorage, ({ object }) =>
    setImmediate(() => followGroup(context, textAt(object, 'spec', 'group'))),
  );
}

function followGroup(context: ServerContext, group: string): void {
  const definitions = context.store.list(definitionStorage).filter((one) => textAt(one, 'spec', 'group') === group);
  const versions = definitions.flatMap((one) => listAt(one, 'spec', 'versions').filter(isObject));
  const served = new Set(versions.filter((one) => one.served !== false).map((one) => textAt(one, 'name')));
  for (const version of served)
    if (!context.store.get(storage, '', `${version}.${group}`))
      put(context, { group, version, priority: customPriority, managed: 'true' });
  for (const one of context.store.list(storage))
    if (
      one.metadata.labels?.[label] === 'true' &&
      textAt(one, 'spec', 'group') === group &&
      !served.has(textAt(one, 'spec', 'version'))
    )
      context.store.remove(storage, one);
}

function put(context: ServerContext, { group, version, priority, managed }: Served): void {
  const time = timestamp(context.now());
  const [groupPriorityMinimum, versionPriority] = priority;
  const object: KubernetesObject = {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name: `${version}.${group}`, labels: { [label]: managed } },
    spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum, versionPriority },
  };
  const writer = { manager: 'kube-apiserver', operation: 'Update', subresource: '', time } as const;
  const managedFields = afterUpdate(undefined, object, writer, schemaOf(kind));
  const metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: time, managedFields };
  context.store.put(storage, { ...object, metadata, status: { conditions: [localCondition(time)] } });
}

/** What is served here is always there (`kube-aggregator/pkg/apis/apiregistration/v1/helper NewLocalAvailableAPIServiceCondition`). */
export function localCondition(time: string) {
  return {
    type: 'Available',
    status: 'True',
    lastTransitionTime: time,
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
}
