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
export function causeLines(
  cause: RankedCause,
  symbols: Symbols,
  { number = '', withRepair = true }: { number?: string; withRepair?: boolean } = {},
): ToneLine[] {
  const { finding, certainty, diagnosis } = cause;
  const tone = finding.level === 'fatal' ? 'bad' : 'warn';
  const word = finding.level === 'fatal' ? '' : ' (a warning)';
  const head = `${number}${signOf(tone, symbols)} ${printableLine(sentenceOf(cause))}${word}`;
  return [
    { text: head, tone },
    ...factLines(cause).map((text): ToneLine => ({ text: `   ${text}`, tone: 'dim' })),
    { text: `   ${Math.round(certainty)} % certain, by ${diagnosis}`, tone: 'dim' },
    ...(withRepair && finding.repair ? [{ text: `   ${symbols.next} ${printableLine(finding.repair)}` }] : []),
    ...consequenceLines(cause.consequences),
  ];
}

function factLines({ finding }: RankedCause): string[] {
  const { cause, title, expected, observed, evidence = [] } = finding;
  // Without a cause of its own the sentence has said it already.
  const seen = cause === undefined ? [] : [`${title}: observed ${observed}, expected ${expected}`];
  return [...seen, ...evidence.map((line) => `  ${line}`)].map(printableLine);
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
