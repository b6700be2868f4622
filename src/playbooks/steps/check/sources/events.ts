import { z } from 'zod';
import { listEvents } from '../../../../cluster/events.ts';
import { objectName } from '../../step-shapes.ts';
import type { SourceKind } from '../source-kind.ts';

const usual = 100;
const schema = z.strictObject({
  events: z
    .strictObject({
      of: objectName.optional().describe('Only those about this object: `Pod/web-0`; all of the namespace unless said'),
      warnings: z.boolean().optional().describe('Only warnings'),
      namespace: z.string().optional(),
      limit: z.number().int().min(1).max(500).optional().describe(`How many of the newest; ${usual} unless said`),
    })
    .describe('Events, the newest first: a list of {at, type, reason, message, count, object}'),
});

/** What the cluster's parts have told lately. */
export const eventsSource: SourceKind<z.infer<typeof schema>> = {
  key: 'events',
  schema,
  async read({ events: { of, warnings, namespace, limit = usual } }, { connection, signal, namespace: own }) {
    const [kind = '', name = ''] = (of ?? '').split('/').slice(-2);
    const all = await listEvents(connection, {
      namespace: namespace ?? own,
      ...(of === undefined ? {} : { object: { kind, name } }),
      signal,
    });
    return all
      .filter(({ type }) => !warnings || type === 'Warning')
      .reverse()
      .slice(0, limit)
      .map((event) => ({ ...event, at: new Date(event.at).toISOString() }));
  },
  commands({ events: { of, warnings, namespace } }, own) {
    const [kind, name] = (of ?? '').split('/').slice(-2);
    const about = of ? ` --for ${kind?.toLowerCase()}/${name}` : '';
    return [`kubectl events -n ${namespace ?? own}${about}${warnings ? ' --types=Warning' : ''}`];
  },
};
