import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface ConsoleTerminals {
  /** Path of the program. */
  program: string;
  /** What it is started in, and where all its folders are. */
  folder: string;
  /** The variables that say so. */
  folders: { XDG_STATE_HOME: string; XDG_CONFIG_HOME: string } & Record<string, string | undefined>;
  /** The console in a real terminal; 120x40 unless said. */
  open(args?: string[], options?: { cols?: number; rows?: number; env?: Record<string, string | undefined> }): Terminal;
  /** Runs a command to its end; returns what it printed. Throws where its exit code is not 0. */
  run(...args: string[]): string;
  /** Another terminal that is to be ended with the others. */
  adopt(terminal: Terminal): void;
  /** Ends whatever was opened, however it stands. */
  closeAll(): Promise<void>;
  /** Takes the folder away. */
  remove(): void;
}

/** The built program with folders of its own. TARS_CONSOLE_UNDER_TEST names another installation, e.g. an unpacked tarball. */
export function consoleTerminals(): ConsoleTerminals {
  const program = join(process.env.TARS_CONSOLE_UNDER_TEST ?? packageRoot(), 'bin', 'tars-console.js');
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-e2e-'));
  const folders = {
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    HOME: folder,
    KUBECONFIG: undefined,
    CI: undefined,
  };
  mkdirSync(folders.XDG_RUNTIME_DIR, { mode: 0o700 });
  const opened: Terminal[] = [];
  return {
    program,
    folder,
    folders,
    open(args = [], { cols = 120, rows = 40, env = {} } = {}) {
      const options = { cols, rows, env: { ...folders, ...env }, cwd: folder };
      const terminal = openTerminal(process.execPath, [program, ...args], options);
      opened.push(terminal);
      return terminal;
    },
    run(...args) {
      const set = Object.entries({ ...process.env, ...folders }).filter(([, value]) => value !== undefined);
      return execFileSync(process.execPath, [program, ...args], {
        ...{ env: Object.fromEntries(set), cwd: folder, encoding: 'utf8' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    },
    adopt: (terminal) => void opened.push(terminal),
    async closeAll() {
      for (const terminal of opened.splice(0)) await terminal.close();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
