/** A minute on the clocks of a place. */
export interface WallClock {
  minute: number;
  hour: number;
  day: number;
  /** From 1. */
  month: number;
  /** 0 is Sunday. */
  weekday: number;
}

export interface TimeZone {
  /** What clocks there show at a moment, ms since the epoch. */
  at(time: number): WallClock;
  /** The moment as RFC 3339 with the offset of the place, e.g. `2026-03-01T13:00:00+01:00`. */
  format(time: number): string;
}

/** A place by its name in the time zone database; UTC without one. Throws a `RangeError` for a name that is none. */
export function timeZone(name?: string): TimeZone {
  if (name === undefined || name === '' || name === 'UTC' || name === 'Etc/UTC') return zoneBy(() => 0);
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return zoneBy((time) => {
    const shown = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
  });
}

function zoneBy(offsetAt: (time: number) => number): TimeZone {
  return {
    at(time) {
      const shown = new Date(time + offsetAt(time));
      return {
        minute: shown.getUTCMinutes(),
        hour: shown.getUTCHours(),
        day: shown.getUTCDate(),
        month: shown.getUTCMonth() + 1,
        weekday: shown.getUTCDay(),
      };
    },
    format(time) {
      const minutes = Math.round(offsetAt(time) / 60_000);
      const shown = new Date(time + offsetAt(time)).toISOString().slice(0, 19);
      if (minutes === 0) return `${shown}Z`;
      const two = (count: number) => String(Math.floor(count)).padStart(2, '0');
      const [hours, rest] = [Math.abs(minutes) / 60, Math.abs(minutes) % 60];
      return `${shown}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
    },
  };
}
