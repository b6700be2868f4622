const names: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export interface CronSchedule {
  /** The first time after `after`, ms since the epoch, UTC; undefined when there is none within five years. */
  next(after: number): number | undefined;
}

/** Reads the five fields of a cron line. Undefined when it is none. */
export function parseCron(text: string): CronSchedule | undefined {
  const fields = (names[text.trim()] ?? text).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute, hour, day, month, weekday] = [
    parseField(fields[0] ?? '', 0, 59),
    parseField(fields[1] ?? '', 0, 23),
    parseField(fields[2] ?? '', 1, 31),
    parseField(fields[3] ?? '', 1, 12, months, 1),
    parseField(fields[4] ?? '', 0, 7, days),
  ];
  if (!minute || !hour || !day || !month || !weekday) return undefined;
  if (weekday.has(7)) weekday.add(0);
  // Two restricted day fields mean either of them.
  const either = fields[2] !== '*' && fields[4] !== '*';
  const onDay = (date: Date) => {
    const [inMonth, inWeek] = [day.has(date.getUTCDate()), weekday.has(date.getUTCDay())];
    return month.has(date.getUTCMonth() + 1) && (either ? inMonth || inWeek : inMonth && inWeek);
  };
  return {
    next(after) {
      const date = new Date(Math.floor(after / 60_000) * 60_000 + 60_000);
      const last = after + 5 * 366 * 86_400_000;
      while (date.getTime() <= last) {
        if (!onDay(date)) date.setUTCHours(24, 0, 0, 0);
        else if (!hour.has(date.getUTCHours())) date.setUTCMinutes(60, 0, 0);
        else if (!minute.has(date.getUTCMinutes())) date.setUTCMinutes(date.getUTCMinutes() + 1);
        else return date.getTime();
      }
      return undefined;
    },
  };
}

function parseField(
  text: string,
  least: number,
  most: number,
  words: string[] = [],
  base = 0,
): Set<number> | undefined {
  const values = new Set<number>();
  const number = (word: string) => {
    const named = words.indexOf(word.toLowerCase());
    return named >= 0 ? named + base : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', step] = part.split('/');
    const every = step === undefined ? 1 : Number(step);
    const [from = '', to] = range.split('-');
    const first = range === '*' || range === '?' ? least : number(from);
    const last =
      range === '*' || range === '?' ? most : to !== undefined ? number(to) : step === undefined ? first : most;
    if (![first, last, every].every(Number.isInteger) || every < 1 || first < least || last > most || first > last)
      return undefined;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return values;
}
