import type { FieldFault } from '../errors.ts';
import { unknownValue } from './faults.ts';

interface Bounds {
  least: number;
  most: number;
  names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const bounds: readonly Bounds[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: days },
];
const described = ['yearly', 'annually', 'monthly', 'weekly', 'daily', 'midnight', 'hourly'].map((name) => `@${name}`);

/** What is wrong with a cron line (`pkg/apis/batch/validation/validation.go validateScheduleFormat`). */
export function scheduleFaults(schedule: string, field: string): FieldFault[] {
  const [prefix = '', zone = ''] = /^(?:CRON_)?TZ=(\S*) +/.exec(schedule) ?? [];
  const bad = prefix !== '' && zone !== '' && !isZone(zone);
  const why = bad
    ? `provided bad location ${zone}: unknown time zone ${zone}`
    : lineFault(schedule.slice(prefix.length));
  const faults = why === undefined ? [] : [unknownValue(field, schedule, why)];
  if (schedule.includes('TZ'))
    faults.push(unknownValue(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  return faults;
}

/** What is wrong with a line, in the words of `robfig/cron/v3 parser.go`. */
function lineFault(line: string): string | undefined {
  if (line.startsWith('@')) return descriptorFault(line);
  const fields = line.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== bounds.length)
    return `expected exactly ${bounds.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [at, field] of fields.entries())
    for (const range of field.split(',').filter((one) => one !== '')) {
      const fault = rangeFault(range, bounds[at] as Bounds);
      if (fault !== undefined) return fault;
    }
  return undefined;
}

function descriptorFault(line: string): string | undefined {
  if (described.includes(line)) return undefined;
  if (!line.startsWith('@every ')) return `unrecognized descriptor: ${line}`;
  const text = line.slice('@every '.length);
  if (/^[-+]?(0|(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const missing = /^[-+]?\d+(\.\d*)?$/.test(text) ? 'missing unit in duration' : 'invalid duration';
  return `failed to parse duration ${line}: time: ${missing} ${JSON.stringify(text)}`;
}

function rangeFault(expression: string, { least, most, names }: Bounds): string | undefined {
  const [range = '', step, ...more] = expression.split('/');
  const [low = '', high, ...rest] = range.split('-');
  const open = low === '*' || low === '?';
  const read = (word: string) => {
    const at = names.indexOf(word.toLowerCase());
    return at < 0 ? wholeNumber(word) : at + least;
  };
  const first = open ? least : read(low);
  if (typeof first === 'string') return first;
  if (!open && rest.length > 0) return `too many hyphens: ${expression}`;
  const last = open ? most : high === undefined ? first : read(high);
  if (typeof last === 'string') return last;
  if (more.length > 0) return `too many slashes: ${expression}`;
  const every = step === undefined ? 1 : wholeNumber(step);
  if (typeof every === 'string') return every;
  const end = step !== undefined && high === undefined ? most : last;
  if (first < least) return `beginning of range (${first}) below minimum (${least}): ${expression}`;
  if (end > most) return `end of range (${end}) above maximum (${most}): ${expression}`;
  if (first > end) return `beginning of range (${first}) beyond end of range (${end}): ${expression}`;
  return every === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

/** A number, or what is wrong with it. */
function wholeNumber(word: string): number | string {
  if (!/^[-+]?\d+$/.test(word))
    return `failed to parse int from ${word}: strconv.Atoi: parsing ${JSON.stringify(word)}: invalid syntax`;
  const number = Number(word);
  return number < 0 ? `negative number (${number}) not allowed: ${word}` : number;
}

/** What is wrong with the name of a time zone (`validateTimeZone`). */
export function timeZoneFaults(zone: unknown, field: string): FieldFault[] {
  if (typeof zone !== 'string') return [];
  const fault = (why: string) => [unknownValue(field, zone, why)];
  if (zone === '') return fault('timeZone must be nil or non-empty string');
  const isPart = (part: string) => /^[A-Za-z._0-9+][A-Za-z.\-_0-9+]{0,13}$/.test(part) && !/^\.\.?$/.test(part);
  if (!zone.split('/').every(isPart)) return fault(`unknown time zone ${zone}`);
  const faults = isZone(zone) ? [] : fault(`unknown time zone ${zone}`);
  if (zone.toLowerCase() !== 'local') return faults;
  const explicit = fault('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  // Of this spelling Go knows what it means.
  return zone === 'Local' ? explicit : [...explicit, ...faults];
}

/** Whether the time zone database has a name; capitals count there. */
function isZone(zone: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}
