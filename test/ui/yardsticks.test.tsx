import { EventEmitter } from 'node:events';
import { render as renderInk } from 'ink';
import SelectInput from 'ink-select-input';
import Spinner from 'ink-spinner';
import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { selectLines } from '../../src/ui/Select.tsx';
import { createTheme } from '../../src/ui/theme.ts';
import { FakeInput } from '../support/draw-screen.tsx';
import { pressingApp } from '../support/press-keys.ts';

const theme = createTheme({ color: 0, unicode: true });
const labels = ['Full deployment', 'Deploy applications', 'Load test', 'Status'];
const items = labels.map((label) => ({ label, value: label }));
const opened: { unmount(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.unmount();
});

function drawn(element: React.ReactElement) {
  const instance = render(element);
  opened.push(instance);
  return instance;
}

describe('beside the packages that everybody knows', () => {
  it('a list looks like ink-select-input’s, whichever row is chosen', () => {
    for (const selected of labels.keys()) {
      const theirs = drawn(<SelectInput items={items} initialIndex={selected} />).lastFrame() ?? '';
      const ours = selectLines({ items, selected, width: 40, height: 10, theme });
      expect(ours.map((line) => line.trimEnd())).toEqual(theirs.split('\n').map((line) => line.trimEnd()));
    }
  });

  it('a spinner turns as ink-spinner’s dots do', async () => {
    const frames = drawn(<Spinner type="dots" />);
    await vi.waitFor(() => expect(new Set(frames.frames).size).toBeGreaterThanOrEqual(10), { timeout: 5000 });
    expect(new Set(frames.frames.filter((frame) => frame.trim() !== ''))).toEqual(new Set(theme.symbols.spinner));
  });

  it('keys in one packet choose the wrong row there and the right one here', async () => {
    const theirs: string[] = [];
    const input = new OnePacket();
    const instance = renderInk(<SelectInput items={items} onSelect={({ value }) => theirs.push(value)} />, {
      stdin: input as unknown as NodeJS.ReadStream,
      stdout: Object.assign(new EventEmitter(), { columns: 80, rows: 24, write: () => true }) as never,
      interactive: true,
      patchConsole: false,
      debug: true,
    });
    opened.push(instance);
    await vi.waitFor(() => expect(input.listenerCount('readable')).toBeGreaterThan(0));
    input.send('\u001b[B\u001b[B\r');
    await vi.waitFor(() => expect(theirs).toHaveLength(1));
    expect(theirs).not.toEqual(['Load test']);

    const ours = pressingApp({}, { choice: { sandbox: true } });
    await ours.app.load();
    await vi.waitFor(() => expect(ours.state().screen.type).toBe('dashboard'));
    ours.press('down', 'down', 'enter');
    expect(ours.state().menu.path).toEqual([2]);
  });
});

class OnePacket extends FakeInput {
  send(bytes: string) {
    this.waiting = bytes;
    this.emit('readable');
  }
}
