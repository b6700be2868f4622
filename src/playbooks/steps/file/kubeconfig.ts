import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { Problem } from '../../../base/errors.ts';
import type { FieldChange } from '../../step-preview.ts';

export interface KubeconfigMerge {
  /** Text of the kubeconfig that is merged in. */
  text: string;
  as?: string | undefined;
  server?: string | undefined;
  use?: boolean | undefined;
}

const lists = ['clusters', 'contexts', 'users'] as const;
type ListName = (typeof lists)[number];

/** A kubeconfig with another's entries in it: those of a name that is there are replaced, all else stays, comments too. */
export function mergeKubeconfig(target: string, merge: KubeconfigMerge, where: string): string {
  const source = incoming(merge);
  const document = parseDocument(target.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : target);
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new Problem('This is no kubeconfig', { where, evidence: document.errors.map(({ message }) => message) });
  for (const list of lists) for (const entry of entriesOf(source, list)) putEntry(document, list, entry);
  const current = source['current-context'];
  const first = entriesOf(source, 'contexts')[0]?.name;
  const chosen = typeof current === 'string' && current !== '' ? current : first;
  if (chosen !== undefined && (merge.use || !document.get('current-context'))) document.set('current-context', chosen);
  return document.toString({ lineWidth: 0 });
}

type Entry = { name: string } & Record<string, unknown>;
type Config = Record<string, unknown>;

function entriesOf(config: Config, list: ListName): Entry[] {
  const entries = config[list];
  return Array.isArray(entries) ? entries.filter((entry): entry is Entry => typeof entry?.name === 'string') : [];
}

function incoming({ text, as, server }: KubeconfigMerge): Config {
  const value: unknown = parseDocument(text).toJS();
  if (value === null || typeof value !== 'object' || entriesOf(value as Config, 'contexts').length === 0)
    throw new Problem('What is to be merged is no kubeconfig with a context');
  const config = value as Config;
  const placed = server === undefined ? config : withServer(config, server);
  return as === undefined ? placed : renamed(placed, as);
}

function withServer(config: Config, server: string): Config {
  const clusters = entriesOf(config, 'clusters');
  if (clusters.length !== 1) throw new Problem('`server` needs a kubeconfig with one cluster');
  return {
    ...config,
    clusters: clusters.map((entry) => ({ ...entry, cluster: { ...(entry.cluster as object), server } })),
  };
}

/** What an installer calls `default` gets a name that says what it is. */
function renamed(config: Config, name: string): Config {
  for (const list of lists)
    if (entriesOf(config, list).length !== 1) throw new Problem(`\`as\` needs a kubeconfig with one of its ${list}`);
  const [context] = entriesOf(config, 'contexts');
  return {
    ...config,
    clusters: entriesOf(config, 'clusters').map((entry) => ({ ...entry, name })),
    users: entriesOf(config, 'users').map((entry) => ({ ...entry, name })),
    contexts: [{ ...context, name, context: { ...(context?.context as object), cluster: name, user: name } }],
    'current-context': name,
  };
}

function putEntry(document: Document, list: ListName, entry: Entry): void {
  const existing = document.get(list);
  if (!isSeq(existing)) {
    document.set(list, document.createNode([entry]));
    return;
  }
  const sequence = existing as YAMLSeq<YAMLMap>;
  sequence.flow = false;
  const index = sequence.items.findIndex((item) => isMap(item) && item.get('name') === entry.name);
  const same = index >= 0 && JSON.stringify(sequence.items[index]?.toJSON()) === JSON.stringify(entry);
  if (same) return;
  const node = document.createNode(entry) as YAMLMap;
  if (index >= 0) sequence.items[index] = node;
  else sequence.items.push(node);
}

/** What a merge changes, by the names of the entries: what stands in them are credentials. */
export function kubeconfigChanges(before: string, after: string): FieldChange[] {
  const [old, now] = [before, after].map((text) => (parseDocument(text).toJS() ?? {}) as Config);
  const changes = lists.flatMap((list) => {
    const known = new Map(entriesOf(old ?? {}, list).map((entry) => [entry.name, JSON.stringify(entry)]));
    const left = entriesOf(now ?? {}, list);
    const gone = [...known.keys()].filter((name) => !left.some((entry) => entry.name === name));
    const made = left.flatMap((entry): FieldChange[] => {
      const was = known.get(entry.name);
      const path = `${list}[name=${entry.name}]`;
      if (was === undefined) return [{ path, after: '(new)' }];
      return was === JSON.stringify(entry) ? [] : [{ path, before: '(hidden)', after: '(hidden, changed)' }];
    });
    return [...made, ...gone.map((name): FieldChange => ({ path: `${list}[name=${name}]`, before: '(hidden)' }))];
  });
  const current = [old?.['current-context'], now?.['current-context']].map((name) => (name ? String(name) : undefined));
  if (current[0] === current[1]) return changes;
  const [from, to] = current;
  return [...changes, { path: 'current-context', ...(from ? { before: from } : {}), ...(to ? { after: to } : {}) }];
}
