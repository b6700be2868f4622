import { createRing } from '../../base/ring.ts';

export interface LogLine {
  /** Milliseconds since 1970. */
  at: number;
  text: string;
}

/** What one run of a container has written, bounded. */
export interface ContainerLog {
  write(text: string): void;
  lines(): LogLine[];
  /** Called for each new line; returns what ends it. */
  follow(onLine: (line: LogLine) => void, onEnd: () => void): () => void;
  /** The container has ended: followers end too. */
  end(): void;
}

const keptLines = 5000;

export function createContainerLog(now: () => number = Date.now): ContainerLog {
  const ring = createRing<LogLine>(keptLines);
  const followers = new Set<{ onLine: (line: LogLine) => void; onEnd: () => void }>();
  let ended = false;
  return {
    write(text) {
      const line = { at: now(), text };
      ring.push(line);
      for (const follower of followers) follower.onLine(line);
    },
    lines: () => ring.items(),
    follow(onLine, onEnd) {
      const follower = { onLine, onEnd };
      if (ended) onEnd();
      else followers.add(follower);
      return () => followers.delete(follower);
    },
    end() {
      ended = true;
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
