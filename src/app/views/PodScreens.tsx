import { Text } from 'ink';
import { useEffect, useState } from 'react';
import { printableLine } from '../../base/printable.ts';
import { DetailsPane } from '../../cluster/panes/DetailsPane.tsx';
import type { Feed } from '../../cluster/panes/feed.ts';
import type { PodDetails } from '../../cluster/panes/pod-details.ts';
import { Pane } from '../../ui/Pane.tsx';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import type { Screen } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { useCoarseNow, useFeed } from '../use-feed.ts';
import { ScrolledLines } from './ScrolledLines.tsx';

/** One pod: what it is, its events, the end of its log. */
export function PodDetailsScreen({ screen, area }: { screen: Extract<Screen, { type: 'details' }>; area: Rectangle }) {
  const app = useApp();
  const details = usePodDetails(screen.name);
  const now = useCoarseNow();
  // The pane itself knows where its description ends.
  app.look.lines = 400;
  app.look.height = area.height - 2;
  return (
    <DetailsPane details={details} width={area.width} height={area.height} scroll={screen.scroll} now={now} focused />
  );
}

/** The log of a pod, followed; scrolling up holds it. */
export function LogScreen({ screen, area }: { screen: Extract<Screen, { type: 'logs' }>; area: Rectangle }) {
  const theme = useTheme();
  const details = usePodDetails(screen.pod);
  const title = `Log ${printableLine(screen.pod)} ${printableLine(details.container ?? '')}`.trimEnd();
  if (details.log.length === 0) {
    return (
      <Pane title={title} width={area.width} height={area.height} focused>
        <Text>
          {theme.dim(
            ` ${printableLine(details.logNote ?? (details.gone ? 'the pod is gone' : 'waiting for its first line'))}`,
          )}
        </Text>
      </Pane>
    );
  }
  return (
    <ScrolledLines
      title={title}
      lines={details.log.map((text) => ({ text: printableLine(text) }))}
      scroll={screen.scroll}
      area={area}
    />
  );
}

function usePodDetails(name: string): PodDetails {
  const session = useAppState((state) => state.session);
  const [feed, setFeed] = useState<Feed<PodDetails> | undefined>();
  useEffect(() => {
    const opened = session?.podDetails(name);
    setFeed(opened);
    return () => opened?.close();
  }, [session, name]);
  return useFeed(feed, unknownPod(name));
}

let unknown: PodDetails | undefined;

// The same object for the same name: a snapshot must not be a new one each time it is asked for.
function unknownPod(name: string): PodDetails {
  if (unknown?.name !== name) {
    const nothing = { pod: undefined, gone: false, events: [], container: undefined, log: [], logNote: undefined };
    unknown = { namespace: '', name, ...nothing, state: { kind: 'connecting' } };
  }
  return unknown;
}
