import type { AutoscalersSnapshot } from '../../cluster/panes/autoscalers-feed.ts';
import type { PodsSnapshot } from '../../cluster/panes/pods-feed.ts';

/** What the panes show before a cluster is chosen. */
export const noPods: PodsSnapshot = { rows: [], total: 0, state: { kind: 'connecting' }, metrics: 'unknown' };
export const noAutoscalers: AutoscalersSnapshot = { rows: [], history: {}, state: { kind: 'connecting' } };
