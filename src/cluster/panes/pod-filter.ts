import type { PodRow } from './pod-row.ts';

type Test = (row: PodRow) => boolean;

const columns: Record<string, (row: PodRow) => string> = {
  NAME: (row) => row.name,
  NAMESPACE: (row) => row.namespace,
  STATUS: (row) => row.status,
  READY: (row) => `${row.ready}/${row.containers}`,
  RESTARTS: (row) => String(row.restarts),
  NODE: (row) => row.node,
};

/**
 * A filter as it is typed: words must all fit; `STATUS:Pending` looks in one column, `!` turns a word round, any other word
 * looks in name, status and node. Case does not count.
 */
export function parsePodFilter(text: string): Test {
  const tests = text
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .map(parseWord);
  return (row) => tests.every((test) => test(row));
}

/** The rows that fit, in their order; the same array where there is no filter. */
export function filterPods(rows: readonly PodRow[], filter: string): readonly PodRow[] {
  return filter.trim() === '' ? rows : rows.filter(parsePodFilter(filter));
}

function parseWord(word: string): Test {
  if (word.startsWith('!')) {
    const inner = parseWord(word.slice(1));
    return (row) => !inner(row);
  }
  const [, name = '', value = ''] = /^([A-Za-z]+):(.*)$/.exec(word) ?? [];
  const column = columns[name.toUpperCase()];
  if (column) {
    // While somebody still types the value, nothing is hidden.
    const wanted = value.toLowerCase();
    return (row) => column(row).toLowerCase().includes(wanted);
  }
  const wanted = word.toLowerCase();
  return (row) => [row.name, row.status, row.node].some((text) => text.toLowerCase().includes(wanted));
}
