import { createRing } from '../../base/ring.ts';

export interface LogLine {
  /** Milliseconds since 1970. */
  at: number;
  text: string;
}

/** What one run of a container has written, bounded. */
export interface ContainerLog {
  write(text: string): void;
  /** Output as it comes: what is not a whole line yet waits for its end. */
  append(data: string | Buffer): void;
  /** Hears all output from now on, as it comes; returns what ends it. */
  tap(onData: (data: string | Buffer) => void): () => void;
  lines(): LogLine[];
  /** Called for each new line; returns what ends it. */
  follow(onLine: (line: LogLine) => void, onEnd: () => void): () => void;
  /** The container has ended: followers end too. */
  end(): void;
}

const keptLines = 5000;
const longestLine = 16 * 1024;

export function createContainerLog(now: () => number = Date.now): ContainerLog {
  const ring = createRing<LogLine>(keptLines);
  const followers = new Set<{ onLine: (line: LogLine) => void; onEnd: () => void }>();
  const taps = new Set<(data: string | Buffer) => void>();
  let partial = '';
  let ended = false;
  const push = (text: string) => {
    const line = { at: now(), text };
    ring.push(line);
    for (const follower of followers) follower.onLine(line);
  };
  return {
    write(text) {
      push(text);
      for (const onData of taps) onData(`${text}\n`);
    },
    append(data) {
      for (const onData of taps) onData(data);
      const lines = (partial + data.toString()).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) push(line);
      // The runtime cuts what has no end (CRI logs: 16 KiB).
      if (partial.length > longestLine) push(partial);
      if (partial.length > longestLine) partial = '';
    },
    tap(onData) {
      taps.add(onData);
      return () => taps.delete(onData);
    },
    lines: () => ring.items(),
    follow(onLine, onEnd) {
      const follower = { onLine, onEnd };
      if (ended) onEnd();
      else followers.add(follower);
      return () => followers.delete(follower);
    },
    end() {
      if (partial !== '') push(partial);
      partial = '';
      ended = true;
      taps.clear();
      for (const { onEnd } of followers) onEnd();
      followers.clear();
    },
  };
}

export interface LogSelection {
  tailLines?: number | undefined;
  sinceSeconds?: number | undefined;
  sinceTime?: number | undefined;
  limitBytes?: number | undefined;
  timestamps?: boolean | undefined;
}

/** The lines that were asked for, as they are sent; by `PodLogOptions`. */
export function selectLines(lines: readonly LogLine[], selection: LogSelection, now: number): string {
  const since = Math.max(
    selection.sinceTime ?? 0,
    selection.sinceSeconds === undefined ? 0 : now - selection.sinceSeconds * 1000,
  );
  let chosen = lines.filter((line) => line.at >= since);
  if (selection.tailLines !== undefined) chosen = selection.tailLines === 0 ? [] : chosen.slice(-selection.tailLines);
  const text = chosen.map((line) => formatLine(line, selection.timestamps ?? false)).join('');
  return selection.limitBytes === undefined ? text : Buffer.from(text).subarray(0, selection.limitBytes).toString();
}

export function formatLine(line: LogLine, timestamps: boolean): string {
  return timestamps ? `${new Date(line.at).toISOString().replace('Z', '000000Z')} ${line.text}\n` : `${line.text}\n`;
}
