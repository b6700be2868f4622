import type { Masker } from '../../base/masking.ts';
import { printable } from '../../base/printable.ts';
import type { RunSignal } from './events.ts';
import type { RecordBody } from './journal-writer.ts';

/** Words of the records' own language: a secret that is the word `failed` must not make them unreadable. */
const structural = new Set([
  ...['type', 'status', 'kind', 'level', 'state', 'certainty', 'action', 'choice', 'phase', 'at', 'startedAt'],
  ...['hash', 'programVersion', 'bytes', 'encoding'],
]);
/** Ids that stand in the playbook's file, for everybody to read. */
const naming = new Set(['step', 'id', 'after', 'at', 'rest']);
/** What steps and inputs hold: a number may be the secret there. */
const values = new Set(['inputs', 'outputs', 'before', 'items']);

/** The ids of steps, of questions and of the run that these records name. */
export function namedIds(records: Iterable<RecordBody>): Set<string> {
  const ids = new Set<string>();
  for (const record of records) {
    if (record.type === 'run-started') {
      ids.add(record.run.id);
      for (const { id } of record.run.steps) ids.add(id);
    }
    if (record.type === 'steps-added') for (const { id } of record.steps) ids.add(id);
    // What is taken back was begun, under that id.
    if (record.type === 'undo-intent') for (const id of record.rest ?? []) ids.add(id);
    if (record.type === 'question') ids.add(record.id);
  }
  return ids;
}

/** A record in which every text, keys of values included, is masked and drawable; its own words stay what they are. */
export function maskRecord(body: RecordBody, masker: Masker, ids: ReadonlySet<string>): RecordBody {
  const place = { masker, ids, own: true };
  if (body.type !== 'step-intent' || body.before === undefined) return visit(body, place) as RecordBody;
  const { before, ...rest } = body;
  return { ...(visit(rest, place) as typeof rest), before: visit(before, { ...place, own: false, exact: true }) };
}

export function maskSignal(signal: RunSignal, masker: Masker, ids: ReadonlySet<string>): RunSignal {
  return visit(signal, { masker, ids, own: true }) as RunSignal;
}

interface Place {
  masker: Masker;
  ids: ReadonlySet<string>;
  /** False inside of values, where nothing is a word of the records' own. */
  own: boolean;
  /** Kept character by character: it is not drawn, and goes back to where it came from. */
  exact?: boolean;
}

function visit(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return masked(value, place);
  if (Array.isArray(value)) return value.map((item) => visit(item, place));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) =>
        place.own ? [key, field(key, item, place)] : [masked(key, place), visit(item, place)],
      ),
    );
  if (!place.own && typeof value === 'number') {
    const text = String(value);
    const hidden = place.masker.mask(text);
    return hidden === text ? value : hidden;
  }
  return value;
}

function field(key: string, value: unknown, place: Place): unknown {
  if (typeof value === 'string') {
    if (structural.has(key)) return value;
    if (naming.has(key) && place.ids.has(value)) return value;
  }
  if (Array.isArray(value) && naming.has(key) && place.own) return value.map((item) => field(key, item, place));
  return visit(value, values.has(key) ? { ...place, own: false } : place);
}

/** Escape sequences may stand between a secret's characters, and a secret may hold what is taken out: masked before and after. */
function masked(text: string, { masker, exact = false }: Place): string {
  const once = masker.mask(text);
  const drawable = printable(once);
  const twice = masker.mask(drawable);
  return exact && twice === drawable ? once : twice;
}
