import { printableLine } from '../../base/printable.ts';
import type { ToneLine } from '../../cluster/tone-line.ts';
import type { Symbols } from '../../ui/theme.ts';
import { type DiagnosisReport, sentenceOf, verdictOf } from './diagnosis-report.ts';
import type { RankedCause } from './rank.ts';

/** A report to be read from above to below: the verdict, each cause with its evidence, its repair and what follows from it. */
export function reportLines(report: DiagnosisReport, symbols: Symbols): ToneLine[] {
  const { causes, unread } = report;
  const tone = causes.length > 0 ? 'bad' : unread.length > 0 ? 'warn' : 'ok';
  const lines: ToneLine[] = [{ text: `${signOf(tone, symbols)} ${printableLine(verdictOf(report))}`, tone }];
  for (const [index, cause] of causes.entries())
    lines.push({ text: '' }, ...causeLines(cause, symbols, { number: `${index + 1}. ` }));
  if (unread.length > 0) lines.push({ text: '' }, ...unreadLines(report, symbols));
  return lines;
}

const signOf = (tone: 'bad' | 'warn' | 'ok', { bad, warn, ok }: Symbols) => ({ bad, warn, ok })[tone];

/** One cause with everything that is known of it. */
function causeLines(cause: RankedCause, symbols: Symbols, { number = '' }: { number?: string } = {}): ToneLine[] {
  const { repair } = cause.finding;
  return [
    ...headLines(cause, symbols, number),
    ...(repair ? [{ text: `   ${symbols.next} ${printableLine(repair)}` }] : []),
    ...factLines(cause),
    ...consequenceLines(cause.consequences),
  ];
}

/** What is wrong, and how certain that is. */
export function headLines({ finding, certainty, diagnosis }: RankedCause, symbols: Symbols, number = ''): ToneLine[] {
  const tone = finding.level === 'fatal' ? 'bad' : 'warn';
  const word = finding.level === 'fatal' ? '' : ' (a warning)';
  const sentence = printableLine(sentenceOf({ finding }));
  return [
    { text: `${number}${signOf(tone, symbols)} ${sentence}${word}`, tone },
    { text: `   ${Math.round(certainty)} % certain, by ${diagnosis}`, tone: 'dim' },
  ];
}

/** What was seen and what was expected, then the evidence. */
export function factLines({ finding }: RankedCause): ToneLine[] {
  const { cause, title, expected, observed, evidence = [] } = finding;
  // Without a cause of its own the sentence has said it already.
  const seen = cause === undefined ? [] : [`${title}: observed ${observed}, expected ${expected}`];
  const lines = [...seen, ...evidence.map((line) => `  ${line}`)];
  return lines.map((line) => ({ text: `   ${printableLine(line)}`, tone: 'dim' }));
}

/** What follows from a cause, deeper for what follows from that. */
export function consequenceLines(consequences: readonly RankedCause[], indent = '   '): ToneLine[] {
  if (consequences.length === 0) return [];
  const head: ToneLine[] = indent === '   ' ? [{ text: `${indent}From it follows:`, tone: 'dim' }] : [];
  return [
    ...head,
    ...consequences.flatMap((one): ToneLine[] => [
      { text: `${indent}- ${printableLine(sentenceOf(one))}` },
      ...consequenceLines(one.consequences, `${indent}  `),
    ]),
  ];
}

/** What could not be read, and why. */
export function unreadLines({ unread }: Pick<DiagnosisReport, 'unread'>, symbols: Symbols): ToneLine[] {
  if (unread.length === 0) return [];
  return [
    { text: `${symbols.warn} Could not be read:`, tone: 'warn' },
    ...unread.map(
      ({ finding }): ToneLine => ({
        text: `   ${printableLine(finding.title)}: ${printableLine(finding.observed)}`,
        tone: 'dim',
      }),
    ),
  ];
}
