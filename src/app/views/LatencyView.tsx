import { replicasAt } from '../../cluster/panes/autoscalers-feed.ts';
import { LatencyPane } from '../../load/LatencyPane.tsx';
import { emptyLatencySeries } from '../../load/latency-series.ts';
import type { PlacedPane } from '../layout.ts';
import { runIsOn, systemOf } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { useCoarseNow } from '../use-feed.ts';

const nothing = emptyLatencySeries();

/** The newest load test of the run that is shown, judged against the system's target. */
export function LatencyView({ place }: { place: PlacedPane }) {
  const app = useApp();
  const series = useAppState((state) => state.run?.latency ?? nothing);
  const load = useAppState((state) => state.run?.state?.load);
  const on = useAppState(runIsOn);
  const target = useAppState((state) => systemOf(state)?.latency);
  const focused = useAppState((state) => state.focus === 'latency');
  const now = useCoarseNow();
  app.look.replicasAt = (at) => {
    const { session } = app.store.getState();
    const [history] = Object.values(session?.autoscalers.getSnapshot().history ?? {});
    return history ? replicasAt(history, at) : undefined;
  };
  return (
    <LatencyPane
      {...place}
      series={series}
      target={target ? { value: target.target, quantile: target.quantile } : undefined}
      now={on && !load ? now : undefined}
      final={load?.sustained.response}
      focused={focused}
    />
  );
}
