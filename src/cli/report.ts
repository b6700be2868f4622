import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes } from '../base/errors.ts';
import { type ReportFormat, writtenReport } from '../playbooks/report/read-report.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';

/** `report <run>`: what a run was, on the standard output or into a file, which only this user may read. */
export async function reportCommand(
  args: string[],
  { format, output }: GlobalOptions & { format: ReportFormat; output?: string },
): Promise<number> {
  const { text } = await writtenReport(args[0] ?? '', format);
  if (output === undefined || output === '-') process.stdout.write(text);
  else {
    writeFileSync(output, text, { mode: 0o600 });
    printNote(`Written: ${resolve(output)}`);
  }
  return exitCodes.done;
}
