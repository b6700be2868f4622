/** The connections of a worker: which one is free, and what each busy one waits for. Times in milliseconds. */
export interface Slots {
  readonly size: number;
  hasIdle(): boolean;
  /** Since when at least one connection is free. */
  idleSince(): number;
  inFlight(): number;
  busy(slot: number): boolean;
  /** The connection that was used last: its socket is warm, and the others may close. */
  take(planned: number, phase: number): number;
  written(slot: number, now: number): void;
  finish(slot: number, now: number): { planned: number; written: number | undefined; phase: number };
  busySlots(): number[];
  /** Busy ones that were taken, or written to, before `time`. */
  olderThan(time: number): number[];
}

export function createSlots(size: number): Slots {
  const idle = Array.from({ length: size }, (_, slot) => size - 1 - slot);
  const planned = new Float64Array(size);
  const writtenAt = new Float64Array(size).fill(-1);
  const phases = new Uint16Array(size);
  const isBusy = new Uint8Array(size);
  let since = 0;
  return {
    size,
    hasIdle: () => idle.length > 0,
    idleSince: () => since,
    inFlight: () => size - idle.length,
    busy: (slot) => isBusy[slot] === 1,
    take(at, phase) {
      const slot = idle.pop();
      if (slot === undefined) throw new Error('there is no free connection');
      planned[slot] = at;
      writtenAt[slot] = -1;
      phases[slot] = phase;
      isBusy[slot] = 1;
      return slot;
    },
    written(slot, now) {
      writtenAt[slot] = now;
    },
    finish(slot, now) {
      if (idle.length === 0) since = now;
      isBusy[slot] = 0;
      idle.push(slot);
      const written = writtenAt[slot] ?? -1;
      return { planned: planned[slot] ?? 0, written: written < 0 ? undefined : written, phase: phases[slot] ?? 0 };
    },
    busySlots: () => [...isBusy.keys()].filter((slot) => isBusy[slot] === 1),
    olderThan: (time) =>
      [...isBusy.keys()].filter(
        (slot) => isBusy[slot] === 1 && (writtenAt[slot] ?? -1) >= 0 && (writtenAt[slot] ?? 0) < time,
      ),
  };
}
