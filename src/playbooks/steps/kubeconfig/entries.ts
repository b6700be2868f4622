import { dirname, resolve } from 'node:path';
import { type Document, isMap, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { Problem } from '../../../base/errors.ts';
import { mergeKubeconfig } from '../file/kubeconfig.ts';

const lists = ['clusters', 'contexts', 'users'] as const;
type Fields = Record<string, unknown>;
type Entry = { name: string } & Fields;

/** One context of a kubeconfig with its cluster and user. */
export interface OneContext {
  name: string;
  context: Fields;
  cluster: Fields;
  user: Fields;
}

/** The context that is asked for, else the current or only one. Throws `Problem` where there is none, or its cluster is missing. */
export function pickContext(text: string, wanted?: string): OneContext {
  const config = fieldsOf(parse(text, 'what was fetched').toJS());
  const contexts = entriesOf(config, 'contexts');
  const current = typeof config['current-context'] === 'string' ? config['current-context'] : '';
  const name = wanted ?? (current || (contexts.length === 1 ? contexts[0]?.name : undefined));
  const context = fieldsOf(contexts.find((entry) => entry.name === name)?.context);
  const cluster = entriesOf(config, 'clusters').find((entry) => entry.name === context.cluster)?.cluster;
  const user = entriesOf(config, 'users').find((entry) => entry.name === context.user)?.user;
  if (name === undefined || cluster === undefined)
    throw new Problem(
      `What was fetched is no kubeconfig with ${wanted ? `a context ${wanted}` : 'a context'} and its cluster`,
      {
        ...(contexts.length > 0 ? { evidence: contexts.map((entry) => `it has ${entry.name}`) } : {}),
      },
    );
  return { name, context, cluster: fieldsOf(cluster), user: fieldsOf(user) };
}

/** The kubeconfig that holds this context alone, all three under one name. */
export function soleKubeconfig(one: OneContext, name: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: one.cluster }],
    users: [{ name, user: one.user }],
    contexts: [{ name, context: { ...one.context, cluster: name, user: name } }],
    'current-context': name,
  });
}

const fileKeys = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const;

/** The files that a context names, as they are written. */
export function filesOf({ cluster, user }: OneContext): string[] {
  return [cluster, user].flatMap((fields) => fileKeys.flatMap((key) => (fields[key] ? [String(fields[key])] : [])));
}

/** The context with the files that it names as whole paths: a relative one counts from the kubeconfig’s own folder. */
export function withWholePaths(one: OneContext, file: string): OneContext {
  const whole = (fields: Fields) =>
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) =>
        (fileKeys as readonly string[]).includes(key) && typeof value === 'string' && value !== ''
          ? [key, resolve(dirname(file), value)]
          : [key, value],
      ),
    );
  return { ...one, cluster: whole(one.cluster), user: whole(one.user) };
}

/** Every text in the user of a context that lets somebody in. */
export function credentialsOf({ user }: OneContext): string[] {
  return textsOf(user).filter((text) => text.length >= 8);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsOf);
}

/** The lists of a kubeconfig that have an entry of this name which is not the same as in another one. */
export function takenBy(target: string, sole: string, name: string, where: string): string[] {
  const [there, wanted] = [target, sole].map((text) => fieldsOf(parse(text, where).toJS()));
  return lists.filter((list) => {
    const entry = entriesOf(there ?? {}, list).find((one) => one.name === name);
    const own = entriesOf(wanted ?? {}, list).find((one) => one.name === name);
    return entry !== undefined && JSON.stringify(entry) !== JSON.stringify(own);
  });
}

/** Whether a kubeconfig has a context of this name. */
export function hasContext(text: string, name: string, where: string): boolean {
  return entriesOf(fieldsOf(parse(text, where).toJS()), 'contexts').some((entry) => entry.name === name);
}

/** The kubeconfig without a context, and without its cluster and user where no other context needs them. */
export function withoutContext(text: string, name: string, where: string): string {
  const document = parse(text, where);
  const config = fieldsOf(document.toJS());
  const contexts = entriesOf(config, 'contexts');
  const gone = contexts.find((entry) => entry.name === name);
  if (!gone) return text;
  const left = contexts.filter((entry) => entry !== gone).map((entry) => fieldsOf(entry.context));
  const { cluster, user } = fieldsOf(gone.context);
  take(document, 'contexts', name);
  if (!left.some((context) => context.cluster === cluster)) take(document, 'clusters', cluster);
  if (!left.some((context) => context.user === user)) take(document, 'users', user);
  if (config['current-context'] === name) document.set('current-context', '');
  return document.toString({ lineWidth: 0 });
}

/** What a kubeconfig is to be once a step of this name is taken back: what others have changed in it since stays. */
export function putBack(now: string, before: string | undefined, name: string, where: string): string {
  const without = withoutContext(now, name, where);
  const old = before === undefined || !hasContext(before, name, where) ? undefined : pickContext(before, name);
  const whole = old === undefined ? without : mergeKubeconfig(without, { text: asWritten(before ?? '', name) }, where);
  const document = parse(whole, where);
  const current = before === undefined ? '' : fieldsOf(parse(before, where).toJS())['current-context'];
  const chosen = fieldsOf(parse(now, where).toJS())['current-context'];
  // Somebody who chose another one since means that.
  const kept = chosen === name || !chosen ? (current ?? '') : chosen;
  if ((document.get('current-context') ?? '') === kept) return whole;
  document.set('current-context', kept);
  return document.toString({ lineWidth: 0 });
}

/** A context with its cluster and user under the names that they have. */
function asWritten(text: string, name: string): string {
  const config = fieldsOf(parse(text, 'the backup').toJS());
  const context = entriesOf(config, 'contexts').filter((entry) => entry.name === name);
  const { cluster, user } = fieldsOf(context[0]?.context);
  return stringify({
    contexts: context,
    clusters: entriesOf(config, 'clusters').filter((entry) => entry.name === cluster),
    users: entriesOf(config, 'users').filter((entry) => entry.name === user),
  });
}

function parse(text: string, where: string): Document {
  const document = parseDocument(text.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : text);
  // What the parser says of a fault quotes the line, which may be a key.
  if (document.errors.length > 0 || !isMap(document.contents)) throw new Problem('This is no kubeconfig', { where });
  return document;
}

function take(document: Document, list: (typeof lists)[number], name: unknown): void {
  const sequence = document.get(list);
  if (!isSeq(sequence)) return;
  const items = sequence as YAMLSeq<YAMLMap>;
  items.items = items.items.filter((item) => !isMap(item) || item.get('name') !== name);
}

function entriesOf(config: Fields, list: (typeof lists)[number]): Entry[] {
  const entries = config[list];
  return Array.isArray(entries) ? entries.filter((entry): entry is Entry => typeof entry?.name === 'string') : [];
}

function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
}
