import { type TimeZone, timeZone, type WallClock } from './cron-zone.ts';

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
  /** The first time after `after`, ms since the epoch; undefined when there is none within five years. */
  next(after: number): number | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const horizonMs = 5 * 366 * 24 * hourMs;

/**
 * Reads the five fields of a cron line, a name such as `@hourly`, or `@every 1h30m`, on the clocks of `zone`. Undefined when
 * it is none. An hour that clocks skip does not come, one that they repeat comes twice (`robfig/cron`, as Kubernetes uses it).
 */
export function parseCron(text: string, zone: TimeZone = timeZone()): CronSchedule | undefined {
  const every = /^@every (.+)$/.exec(text.trim())?.[1];
  if (every !== undefined) return parseInterval(every);
  const fields = (names[text.trim()] ?? text).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute, hour, day, month, weekday] = [
    parseField(fields[0] ?? '', 0, 59),
    parseField(fields[1] ?? '', 0, 23),
    parseField(fields[2] ?? '', 1, 31),
    parseField(fields[3] ?? '', 1, 12, months, 1),
    parseField(fields[4] ?? '', 0, 6, days),
  ];
  if (!minute || !hour || !day || !month || !weekday) return undefined;
  // Two restricted day fields mean either of them.
  const isOpen = (field: string | undefined) => /^[*?]/.test(field ?? '');
  const either = !isOpen(fields[2]) && !isOpen(fields[4]);
  const onDay = (shown: WallClock) => {
    const [inMonth, inWeek] = [day.has(shown.day), weekday.has(shown.weekday)];
    return month.has(shown.month) && (either ? inMonth || inWeek : inMonth && inWeek);
  };
  return {
    next(after) {
      let time = Math.floor(after / minuteMs) * minuteMs + minuteMs;
      while (time <= after + horizonMs) {
        const shown = zone.at(time);
        const restOfHour = (60 - shown.minute) * minuteMs;
        // Not to the end of the day at once: it may be an hour shorter than others.
        if (!onDay(shown)) time += restOfHour + Math.max(0, 22 - shown.hour) * hourMs;
        else if (!hour.has(shown.hour)) time += restOfHour;
        else if (!minute.has(shown.minute)) time += minuteMs;
        else return time;
      }
      return undefined;
    },
  };
}

const units: Record<string, number> = { h: hourMs, m: minuteMs, s: 1000 };

function parseInterval(text: string): CronSchedule | undefined {
  if (!/^(\d+(\.\d+)?[hms])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)([hms])/g)];
  const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * (units[unit ?? ''] ?? 0), 0);
  const interval = Math.max(1000, Math.floor(sum / 1000) * 1000);
  return { next: (after) => Math.floor(after / 1000) * 1000 + interval };
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
