import { Box, Text } from 'ink';
import { printableLine } from '../../base/printable.ts';
import { AutoscalersPane } from '../../cluster/panes/AutoscalersPane.tsx';
import { PodsPane } from '../../cluster/panes/PodsPane.tsx';
import { filterPods } from '../../cluster/panes/pod-filter.ts';
import { RunPane } from '../../playbooks/RunPane.tsx';
import { Pane, paneContentHeight } from '../../ui/Pane.tsx';
import { Select } from '../../ui/Select.tsx';
import { wrap } from '../../ui/text.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { menuItems, menuTitle } from '../choices.ts';
import type { Layout, PlacedPane } from '../layout.ts';
import { endedWell } from '../run-reading.ts';
import { runIsOn } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { useCoarseNow, useFeed } from '../use-feed.ts';
import { LatencyView } from './LatencyView.tsx';
import { noAutoscalers, noPods } from './no-feeds.ts';

type Placed = Exclude<Layout, { kind: 'too-small' }>;

/** Menu and run at the left, pods, autoscalers and latency at the right; or what of it has room. */
export function Dashboard({ placed }: { placed: Placed }) {
  const { panes, body } = placed;
  if (placed.kind !== 'wide') {
    return (
      <Box flexDirection="column" height={body.height} width={body.width}>
        <Panes panes={panes} names={['menu', 'run', 'pods', 'autoscalers', 'latency']} />
      </Box>
    );
  }
  return (
    <Box height={body.height} width={body.width}>
      <Box flexDirection="column">
        <Panes panes={panes} names={['menu', 'run']} />
      </Box>
      <Box flexDirection="column">
        <Panes panes={panes} names={['pods', 'autoscalers', 'latency']} />
      </Box>
    </Box>
  );
}

const drawings = { menu: MenuPane, run: RunView, pods: PodsView, autoscalers: AutoscalersView, latency: LatencyView };

function Panes({ panes, names }: { panes: Placed['panes']; names: readonly (keyof typeof drawings)[] }) {
  return names.map((name) => {
    const place = panes[name];
    const Drawing = drawings[name];
    return place ? <Drawing key={name} place={place} /> : null;
  });
}

export interface PlacedProps {
  place: PlacedPane;
}

/** Lines of a menu that has two of them to give. */
const leastDescribed = 8;

function MenuPane({ place }: PlacedProps) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  const items = menuItems(state);
  const focused = state.focus === 'menu';
  const title = `${menuTitle(state) || 'Menu'}${state.filters.menu ? ` /${printableLine(state.filters.menu)}` : ''}`;
  const content = { width: place.width - 3, height: paneContentHeight(place.height, place.open) };
  const rows = items.map((item) => ({
    label: printableLine(item.title),
    mark: item.kind === 'menu' ? theme.symbols.submenu : undefined,
  }));
  const chosen = items[state.menu.index];
  const room = content.height - rows.length;
  // What the chosen item does stands below: a long list gives two of its lines for that, where it has them to give.
  const wide = room >= 4;
  const lines = wide ? room - 1 : content.height >= leastDescribed ? 2 : 0;
  const described = chosen?.description && lines > 0;
  return (
    <Pane {...place} title={title} focused={focused}>
      {items.length === 0 ? (
        <Text>{theme.dim(state.filters.menu ? ' nothing fits' : ' nothing to choose')}</Text>
      ) : (
        <Select
          items={rows}
          selected={state.menu.index}
          focused={focused}
          {...content}
          height={Math.min(rows.length, content.height - (wide ? 0 : lines))}
        />
      )}
      {described ? (
        <Box marginTop={wide ? 1 : 0} paddingLeft={2} paddingRight={1} height={lines} overflow="hidden">
          <Text>
            {wrap(printableLine(chosen.description ?? ''), content.width - 2)
              .slice(0, lines)
              .map(theme.dim)
              .join('\n')}
          </Text>
        </Box>
      ) : null}
    </Pane>
  );
}

function RunView({ place }: PlacedProps) {
  const run = useAppState((state) => state.run);
  const focused = useAppState((state) => state.focus === 'run');
  const onward = useAppState((state) => {
    const [next] = state.guide;
    if (!next || !state.run || runIsOn(state) || !endedWell(state.run)) return undefined;
    return state.catalog.playbooks[next]?.title ?? next;
  });
  return (
    <RunPane
      {...place}
      state={run?.state}
      pointed={run?.pointed}
      onward={onward}
      replayed={run?.replayed ?? false}
      focused={focused}
    />
  );
}

function PodsView({ place }: PlacedProps) {
  const app = useApp();
  const session = useAppState((state) => state.session);
  const filter = useAppState((state) => state.filters.pods);
  const pod = useAppState((state) => state.pod);
  const focused = useAppState((state) => state.focus === 'pods');
  const { rows, state } = useFeed(session?.pods, noPods);
  const now = useCoarseNow();
  const names = () =>
    filterPods(session?.pods.getSnapshot().rows ?? [], app.store.getState().filters.pods).map(({ key }) => key);
  app.look.pods = names;
  return (
    <PodsPane
      {...place}
      rows={rows}
      state={state}
      focused={focused}
      selected={focused ? chosenOf(names(), pod) : undefined}
      filter={filter}
      namespace={session?.info.namespace}
      now={now}
    />
  );
}

/** The pod that is pointed at; the first one while another is not among those shown. Keys act on the same. */
function chosenOf(shown: readonly string[], pod: string | undefined): string | undefined {
  return pod !== undefined && shown.includes(pod) ? pod : shown[0];
}

function AutoscalersView({ place }: PlacedProps) {
  const app = useApp();
  const session = useAppState((state) => state.session);
  const focused = useAppState((state) => state.focus === 'autoscalers');
  const { rows, state } = useFeed(session?.autoscalers, noAutoscalers);
  const now = useCoarseNow();
  app.look.autoscalers = () => (session?.autoscalers.getSnapshot().rows ?? []).map(({ name }) => name);
  return (
    <AutoscalersPane
      {...place}
      rows={rows}
      state={state}
      focused={focused}
      namespace={session?.info.namespace}
      now={now}
    />
  );
}
