import { Problem } from '../../../base/errors.ts';
import type { ExecRequest } from '../../../cluster/streams/exec.ts';
import { lineWriter } from '../in-pod.ts';

/** Says the lines of a stream and keeps the last of them, which `end` gives. */
export function lastLines(say: (line: string) => void): { write(bytes: Buffer): void; end(): string[] } {
  const lines: string[] = [];
  const writer = lineWriter((line) => {
    say(line);
    lines.push(line);
    if (lines.length > 20) lines.shift();
  });
  return {
    write: writer.write,
    end() {
      writer.end();
      return lines;
    },
  };
}

/** That a command ended with a code that is not good. */
export function badEnd(
  { command, pod }: Pick<ExecRequest, 'command' | 'pod'>,
  code: number,
  good: readonly number[],
  stderr: string[],
): Problem {
  const wanted = good.length === 1 && good[0] === 0 ? '' : `, and ${good.join(' or ')} was expected`;
  return new Problem(`${command[0]} ended with ${code} in ${pod}${wanted}`, { evidence: stderr });
}
