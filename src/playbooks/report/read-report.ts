import { existsSync, readFileSync } from 'node:fs';
import { Problem } from '../../base/errors.ts';
import { readJournalContent } from '../runs/journal.ts';
import { findRun, type RunSummary } from '../runs/list-runs.ts';
import { runPaths } from '../runs/run-folder.ts';
import { parseSignals } from '../runs/signals.ts';
import { createReport } from './create-report.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';
import type { Report } from './report.ts';

export const reportFormats = ['html', 'md', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** The report of a run as a text. Throws `Problem` when there is no such run or nothing is recorded of it. */
export async function writtenReport(name: string, format: ReportFormat): Promise<{ run: RunSummary; text: string }> {
  const run = await findRun(name);
  return { run, text: formatted(readReport(run), format) };
}

function readReport({ id, folder, status }: RunSummary): Report {
  const { journal, samples } = runPaths(folder);
  const { records, faults, newerVersion } = readJournalContent(journal);
  const signals = existsSync(samples) ? parseSignals(readFileSync(samples, 'utf8')) : [];
  const newer =
    newerVersion === undefined ? [] : ['A newer tars-console made this run; what this one does not know is left out'];
  const report = createReport({ records, signals, status, faults: [...faults, ...newer] });
  if (report) return report;
  throw new Problem(`Nothing is recorded of the run ${id}`, { next: [`tars-console runs discard ${id}`] });
}

function formatted(report: Report, format: ReportFormat): string {
  if (format === 'html') return htmlReport(report);
  return format === 'md' ? markdownReport(report) : `${JSON.stringify(report, null, 2)}\n`;
}
