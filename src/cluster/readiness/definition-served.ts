import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../base/errors.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { getObject, refOf } from '../objects.ts';
import { forgetResources, servesKind } from '../resources.ts';

interface Definition {
  group?: string;
  names?: { kind?: string };
  versions?: { name: string; served?: boolean }[];
}

const untilMs = 60_000;

/**
 * Waits until the kind of a CustomResourceDefinition can be used: its names are accepted, it is established, and discovery
 * tells it. Throws `Problem` with the server's reason when its names are refused, or after a minute.
 */
export async function waitUntilServed(
  connection: Connection,
  definition: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const { group, names, versions = [] } = (definition.spec ?? {}) as Definition;
  const version = versions.find(({ served }) => served !== false)?.name;
  const until = Date.now() + untilMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(1000, pauseMs * 2)) {
    const live = await getObject(connection, refOf(definition), signal);
    const refused = conditionOf(live, 'NamesAccepted');
    if (refused?.status === 'False' && refused.reason !== 'NotAccepted')
      throw new Problem(`${nameOf(definition)}: its names are not accepted`, { evidence: [refused.message ?? ''] });
    if (refused?.status === 'True' && conditionOf(live, 'Established')?.status === 'True') {
      forgetResources(connection);
      if (!group || !names?.kind || !version || (await servesKind(connection, `${group}/${version}`, names.kind)))
        return;
    }
    if (Date.now() + pauseMs > until)
      throw new Problem(`${nameOf(definition)} is not served after a minute`, {
        next: [`kubectl describe customresourcedefinition ${definition.metadata.name}`],
      });
    await wait(pauseMs, undefined, { signal });
  }
}

function conditionOf(object: KubernetesObject | undefined, type: string) {
  const status = object?.status as
    | { conditions?: { type: string; status: string; reason?: string; message?: string }[] }
    | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}
