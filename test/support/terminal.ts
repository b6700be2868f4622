import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface TerminalOptions {
  cols: number;
  rows: number;
  env?: Record<string, string | undefined>;
  cwd?: string;
}

export interface Terminal {
  /** Keys as a terminal sends them; what is given at once arrives in one packet. */
  send(...keys: (keyof typeof keyCodes | { text: string })[]): void;
  /** The screen as text, without the blanks at the ends of lines. */
  screen(): string;
  /** Waits until the screen shows the text or fits; throws with the screen when it does not in time. */
  waitFor(wanted: string | RegExp | ((screen: string) => boolean), timeoutMs?: number): Promise<string>;
  resize(cols: number, rows: number): void;
  /** Everything that was written, escapes included. */
  output(): string;
  /** Whether the other buffer is shown: the screen is open. */
  alternate(): boolean;
  kill(signal: string): void;
  exited(timeoutMs?: number): Promise<{ exitCode: number; signal: number | undefined }>;
  /** Ends the program, however it stands. */
  close(): Promise<void>;
}

const keyCodes = {
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  enter: '\r',
  esc: '\u001b',
  tab: '\t',
  backspace: '\u007f',
  'ctrl-c': '\u0003',
  'ctrl-z': '\u001a',
} as const;

/** Runs a program on a real pseudo-terminal and keeps its screen, as a person would see it. */
export function openTerminal(program: string, args: string[], options: TerminalOptions): Terminal {
  const { cols, rows, cwd = process.cwd() } = options;
  const env = { ...process.env, TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', ...options.env };
  const screen = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 0 });
  const defined = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const child = spawn(program, args, { cols, rows, cwd, env: defined, name: defined.TERM ?? 'xterm-256color' });
  let written = '';
  let ended: { exitCode: number; signal: number | undefined } | undefined;
  child.onData((data) => {
    written += data;
    screen.write(data);
  });
  child.onExit(({ exitCode, signal }) => {
    ended = { exitCode, signal };
  });
  // Answers to what the program asks of the terminal, e.g. where the cursor is.
  screen.onData((data) => child.write(data));
  const text = () => screenText(screen);
  const until = async (holds: () => boolean, timeoutMs: number, what: () => string) => {
    const end = Date.now() + timeoutMs;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`${what()} after ${timeoutMs} ms; the screen is\n${text()}`);
      await new Promise<void>((resolve) => screen.write('', () => setTimeout(resolve, 15)));
    }
  };
  return {
    send: (...keys) => child.write(keys.map((key) => (typeof key === 'string' ? keyCodes[key] : key.text)).join('')),
    screen: text,
    async waitFor(wanted, timeoutMs = 15_000) {
      const fits =
        typeof wanted === 'function'
          ? wanted
          : (now: string) => (typeof wanted === 'string' ? now.includes(wanted) : wanted.test(now));
      await until(
        () => fits(text()),
        timeoutMs,
        () => `the screen does not show ${String(wanted)}${ended ? ' and the program has ended' : ''}`,
      );
      return text();
    },
    resize(width, height) {
      screen.resize(width, height);
      child.resize(width, height);
    },
    output: () => written,
    alternate: () => screen.buffer.active.type === 'alternate',
    kill: (signal) => child.kill(signal),
    async exited(timeoutMs = 10_000) {
      await until(
        () => ended !== undefined,
        timeoutMs,
        () => 'the program has not ended',
      );
      return ended ?? { exitCode: -1, signal: undefined };
    },
    async close() {
      if (!ended) child.kill('SIGKILL');
      await until(
        () => ended !== undefined,
        5000,
        () => 'the program cannot be ended',
      );
      screen.dispose();
    },
  };
}

function screenText(screen: InstanceType<typeof xterm.Terminal>): string {
  const { active } = screen.buffer;
  const lines = Array.from(
    { length: screen.rows },
    (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
  );
  return lines.join('\n');
}
