import { EventEmitter } from 'node:events';
import { render } from 'ink';
import { AppView } from '../../src/app/AppView.tsx';
import { AppContext } from '../../src/app/use-app.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { ThemeContext } from '../../src/ui/use-theme.ts';
import { pressingApp } from './press-keys.ts';

class FakeOutput extends EventEmitter {
  isTTY = true;
  frames: string[] = [];
  columns: number;
  rows: number;
  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }
  write(frame: string): boolean {
    this.frames.push(frame);
    return true;
  }
}

/** Standard input as Ink reads it, without a terminal. */
export class FakeInput extends EventEmitter {
  isTTY = true;
  waiting: string | null = null;
  setEncoding() {}
  setRawMode() {}
  resume() {}
  pause() {}
  ref() {}
  unref() {}
  read() {
    const given = this.waiting;
    this.waiting = null;
    return given;
  }
}

/** The screen as it is drawn at a size, on services from memory; frames are plain text. */
export function drawScreen(
  size: { columns: number; rows: number; unicode?: boolean },
  ...given: Parameters<typeof pressingApp>
) {
  const pressing = pressingApp(...given);
  const output = new FakeOutput(size.columns, size.rows);
  const input = new FakeInput();
  const instance = render(
    <ThemeContext value={createTheme({ color: 0, unicode: size.unicode ?? true })}>
      <AppContext value={pressing.app}>
        <AppView />
      </AppContext>
    </ThemeContext>,
    {
      stdout: output as unknown as NodeJS.WriteStream,
      stdin: input as unknown as NodeJS.ReadStream,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
      interactive: true,
    },
  );
  return {
    ...pressing,
    /** The newest frame. */
    frame: () => output.frames.findLast((frame) => frame.includes('\n')) ?? '',
    /** Bytes as a terminal would send them. */
    packet(bytes: string) {
      input.waiting = bytes;
      input.emit('readable');
    },
    resize(columns: number, rows: number) {
      output.columns = columns;
      output.rows = rows;
      output.emit('resize');
    },
    close() {
      instance.unmount();
      pressing.app.close();
    },
  };
}
