import { type Folder, file, folder } from '../workloads/files/entries.ts';

/** What a volume made of API objects holds: files by their path in it. */
export type Payload = ReadonlyMap<string, { data: Buffer; mode: number }>;

/**
 * Writes a payload the way the kubelet does (`pkg/volume/util/atomic_writer.go`): into a folder of its own with the time for a
 * name, to which `..data` leads, and a link for each name in the volume. Nothing changes when `before` holds the same.
 */
export function writePayload(target: Folder, payload: Payload, before: Payload | undefined, now = Date.now()): void {
  if (before && isSame(payload, before)) return;
  const name = `..${folderName(now)}`;
  const made = folder(0o755, now);
  for (const [path, { data, mode }] of payload) place(made, path.split('/'), data, mode, now);
  const link = (to: string) => ({ kind: 'link', mode: 0o777, modified: now, target: to }) as const;
  target.entries.clear();
  target.entries.set(name, made);
  target.entries.set('..data', link(name));
  for (const visible of made.entries.keys()) target.entries.set(visible, link(`..data/${visible}`));
  target.modified = now;
}

function isSame(one: Payload, other: Payload): boolean {
  if (one.size !== other.size) return false;
  for (const [path, { data, mode }] of one) {
    const twin = other.get(path);
    if (!twin || twin.mode !== mode || !twin.data.equals(data)) return false;
  }
  return true;
}

/** `2026_11_21_13_55_39.123456789`, in Go's layout. */
function folderName(now: number): string {
  const [whole = '', fraction = ''] = new Date(now).toISOString().slice(0, -1).split('.');
  return `${whole.replace(/[-T:]/g, '_')}.${fraction.padEnd(9, '0')}`;
}

function place(into: Folder, [first = '', ...rest]: string[], data: Buffer, mode: number, now: number): void {
  if (rest.length === 0) {
    into.entries.set(first, file(data, mode, now));
    return;
  }
  const below = into.entries.get(first);
  const next = below?.kind === 'folder' ? below : folder(0o755, now);
  into.entries.set(first, next);
  place(next, rest, data, mode, now);
}
