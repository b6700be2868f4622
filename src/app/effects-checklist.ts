import type { Effect } from './effect.ts';
import type { Hands } from './hands.ts';
import { noCluster } from './no-cluster-problem.ts';

type ChecklistEffect = Extract<Effect, { type: 'check-list' | 'tick' | 'export-checklist' }>;

/** What the screen of a checklist asks for: its checks, a tick, a copy of it in a file. */
export async function performChecklist(
  effect: ChecklistEffect,
  { services, dispatch, state }: Hands,
  take: (slot: string) => AbortSignal,
): Promise<void> {
  if (effect.type === 'export-checklist') {
    const text = await services.exportChecklist(effect.report);
    return dispatch({ type: 'told', title: 'The checklist is written', text });
  }
  const { session } = state();
  if (!session) throw noCluster();
  const { checklist } = effect;
  if (effect.type === 'tick') {
    const { type: _, passage, ...request } = effect;
    return dispatch({ type: 'ticks', checklist, ticks: await services.tick(session, request, passage) });
  }
  const signal = take('checklist');
  try {
    const report = await services.checklist(session, checklist, signal);
    if (!signal.aborted) dispatch({ type: 'checklist', checklist, report });
  } catch (error) {
    // Who has left it needs no word of its end.
    if (!signal.aborted) throw error;
  }
}
