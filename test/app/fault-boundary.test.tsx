import { Text } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it, vi } from 'vitest';
import { FaultBoundary } from '../../src/app/FaultBoundary.tsx';

function Broken(): never {
  throw new Error('no such field');
}

describe('a fault in drawing', () => {
  it('is handed over and takes the screen with it, not the program', async () => {
    const faults: unknown[] = [];
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { lastFrame, unmount } = render(
      <FaultBoundary onFault={(error) => faults.push(error)}>
        <Text>before</Text>
        <Broken />
      </FaultBoundary>,
    );
    await vi.waitFor(() => expect(faults).toEqual([new Error('no such field')]));
    expect(lastFrame()?.trim()).toBe('');
    unmount();
    quiet.mockRestore();
  });
});
