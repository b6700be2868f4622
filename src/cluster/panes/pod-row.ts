import { bornBy, type ColumnIndex, cellText, type TableRow } from '../table.ts';

/** How urgently somebody should look at a pod; the number is the order in which they are shown. */
const severities = { bad: 0, warn: 1, waiting: 2, ok: 3, done: 4 } as const;
export type Severity = keyof typeof severities;

/** One pod as the pane draws it; all text is raw. */
export interface PodRow {
  key: string;
  name: string;
  /** Empty where a single namespace is watched. */
  namespace: string;
  ready: number;
  containers: number;
  /** As kubectl prints it: Running, Pending, CrashLoopBackOff, Init:0/1, … */
  status: string;
  restarts: number;
  node: string;
  /** Milliseconds since 1970; derived from the age that the server prints, which itself goes stale. */
  createdAt: number | undefined;
  severity: Severity;
  /** Cores and bytes, from the metrics API. */
  cpu: number | undefined;
  memory: number | undefined;
}

/**
 * A row of the server's pod table (`pkg/printers/internalversion/printers.go`, printPod). `known` finds the row that there was
 * of it, whose birth is kept while it fits the printed age.
 */
export function toPodRow(
  row: TableRow,
  columns: ColumnIndex,
  now: number,
  known: (key: string) => PodRow | undefined = () => undefined,
): PodRow | undefined {
  const metadata = row.object?.metadata;
  const name = cellText(row, columns, 'Name') || metadata?.name || '';
  if (name === '') return undefined;
  const namespace = metadata?.namespace ?? '';
  const [ready = 0, containers = 0] = cellText(row, columns, 'Ready')
    .split('/')
    .map((part) => Number(part) || 0);
  const status = cellText(row, columns, 'Status');
  // `3 (5m ago)`: how often, and when last.
  const restarts = Number.parseInt(cellText(row, columns, 'Restarts'), 10) || 0;
  const created = metadata?.creationTimestamp ? Date.parse(metadata.creationTimestamp) : undefined;
  const node = cellText(row, columns, 'Node');
  const key = namespace === '' ? name : `${namespace}/${name}`;
  return {
    key,
    name,
    namespace,
    ready,
    containers,
    status,
    restarts,
    node: node === '<none>' ? '' : node,
    createdAt: created ?? bornBy(cellText(row, columns, 'Age'), now, known(key)?.createdAt),
    severity: severityOf(status, ready, containers),
    cpu: undefined,
    memory: undefined,
  };
}

/** Which of these the server's word for a pod's state is. */
export function severityOf(status: string, ready: number, containers: number): Severity {
  const word = status.replace(/^Init:/, '');
  if (word === 'Completed' || word === 'Succeeded') return 'done';
  if (word === 'Running') return ready < containers ? 'warn' : 'ok';
  if (
    /BackOff|^Err|Error|OOMKilled|Evicted|Failed|Lost|Unknown|^ExitCode|^Signal|Invalid|DeadlineExceeded|ContainerStatusUnknown/.test(
      word,
    )
  )
    return 'bad';
  if (word === 'Pending' || word === 'SchedulingGated' || word === 'NotReady') return 'warn';
  // ContainerCreating, PodInitializing, 0/1 of the init containers, Terminating: on its way.
  return 'waiting';
}

/** Problems first, then by name. */
export function comparePods(a: Pick<PodRow, 'key' | 'severity'>, b: Pick<PodRow, 'key' | 'severity'>): number {
  const order = severities[a.severity] - severities[b.severity];
  if (order !== 0) return order;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
