import { expect } from 'vitest';
import { textWidth } from '../../src/ui/text.ts';

/** That a frame has no more columns and rows than its terminal. */
export function expectInside(frame: string, columns: number, rows: number): void {
  const lines = frame.split('\n');
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
}
