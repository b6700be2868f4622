import { createMasker } from '../../base/masking.ts';
import type { RunRecord } from '../runs/events.ts';
import { recordVersion } from '../runs/events.ts';
import { maskRecord } from '../runs/mask-event.ts';
import type { RunSink } from '../runs/run-sink.ts';

/** Keeps what a run would write down, for what is no run: nothing of it reaches the disk. */
export function createMemorySink(): RunSink & { records: RunRecord[] } {
  const masker = createMasker();
  const records: RunRecord[] = [];
  return {
    masker,
    records,
    record(body) {
      const masked = maskRecord(body, masker, new Set());
      const record = {
        v: recordVersion,
        seq: records.length + 1,
        at: new Date().toISOString(),
        ...masked,
      } as RunRecord;
      records.push(record);
      return record;
    },
    signal: () => {},
    close: () => {},
  };
}
