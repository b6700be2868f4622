import { printableLine } from '../../base/printable.ts';
import type { SelectItem } from '../../ui/Select.tsx';
import type { Theme } from '../../ui/theme.ts';
import type { ClusterRow, WelcomeRow } from '../choices.ts';
import type { RunEntry } from '../services.ts';
import type { AppState } from '../state.ts';

/** A row of the welcome or of the screen of clusters, as a list draws it. */
export function choiceItem(state: AppState, row: WelcomeRow, theme: Theme): SelectItem {
  switch (row.type) {
    case 'system':
      return { label: printableLine(row.system.title), hint: printableLine(row.system.description) };
    case 'manifests':
      return { label: printableLine(row.source.title), hint: printableLine(row.source.description) };
    case 'run':
      return runItem(row.run, theme);
    case 'sandbox':
      return { label: 'Sandbox', hint: 'a cluster inside this program: nothing real is touched' };
    case 'new-cluster':
      return { label: 'New local cluster…', hint: 'by kind, k3d or minikube, on this machine' };
    case 'context':
      return contextItem(state, row, theme);
  }
}

function contextItem(state: AppState, { context }: Extract<ClusterRow, { type: 'context' }>, theme: Theme): SelectItem {
  const label = `${printableLine(context.name)}${context.current ? ' (current)' : ''}`;
  const server = printableLine(context.server);
  const known = state.reachability[context.name];
  if (!known) return { label, hint: server };
  if (known === 'asking') return { label, hint: `${server}  asking` };
  if (known.reachable)
    return { label, hint: `${theme.symbols.ok} ${server}  ${printableLine(known.version)}`, hintStyle: theme.ok };
  return { label, hint: `${theme.symbols.bad} ${server}  not usable`, hintStyle: theme.bad };
}

function runItem(run: RunEntry, theme: Theme): SelectItem {
  const going = run.status === 'running';
  const hint = `${going ? 'going on' : 'unfinished'} ${theme.symbols.separator} ${printableLine(run.context)} ${theme.symbols.separator} ${summaryWithoutTitle(run)}`;
  return {
    label: `${going ? theme.symbols.dot : theme.symbols.warn} ${printableLine(run.title)}`,
    hint,
    hintStyle: going ? theme.info : theme.warn,
  };
}

/** One or two sentences about the row that is pointed at. */
export function choiceNote(state: AppState, row: WelcomeRow | undefined): string {
  switch (row?.type) {
    case 'system':
      // The list has no room for all of it.
      if (row.system.workloads.length === 0) return row.system.description;
      return `${row.system.description} ${row.system.workloads.length} workload${row.system.workloads.length === 1 ? '' : 's'} in the namespace ${row.system.namespace}.`;
    case 'manifests':
      return row.source.description;
    case 'new-cluster':
      return 'For trying things out with real containers. What is needed for it is looked for first, and nothing is made before you say yes to the plan.';
    case 'sandbox':
      return 'An embedded Kubernetes with pods that answer over HTTP. It starts in a moment, needs no Docker and no network, and whatever goes wrong on it does not matter.';
    case 'context': {
      const known = state.reachability[row.context.name];
      if (known && known !== 'asking' && !known.reachable) return known.reason;
      return 'Only the context that is pointed at is asked, and only for its version. Nothing is changed before you say yes to a plan.';
    }
    case 'run':
      return row.run.status === 'running'
        ? 'Enter watches it. It does not need this screen to go on.'
        : 'Enter shows it, r goes on where it stopped, ctrl-x forgets it and leaves what it did as it is.';
    default:
      return '';
  }
}

/** How far a run is; its title stands in front already. */
export function summaryWithoutTitle({ title, summary }: RunEntry): string {
  const said = printableLine(summary);
  const front = `${printableLine(title)}: `;
  return said.startsWith(front) ? said.slice(front.length) : said;
}
