interface Bounds {
  least: number;
  most: number;
  names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const bounds: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: days },
];
const named = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;

/** What is wrong with the text of a schedule, in the words of `github.com/robfig/cron/v3 parser.go`; undefined if nothing is. */
export function cronFault(text: string): string | undefined {
  // The zone in front of a schedule is refused elsewhere.
  const line = text.replace(/^(CRON_)?TZ=\S*\s*/, '').trim();
  if (line.startsWith('@every ')) return intervalFault(line.slice('@every '.length), line);
  if (line.startsWith('@')) return named.test(line) ? undefined : `unrecognized descriptor: ${line}`;
  const fields = line.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [at, field] of fields.entries())
    for (const part of field.split(',')) {
      const fault = rangeFault(part, bounds[at] ?? { least: 0, most: 59 });
      if (fault !== undefined) return fault;
    }
  return undefined;
}

function intervalFault(text: string, line: string): string | undefined {
  if (/^-?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(text))
    return undefined;
  const missing = /^\d+$/.test(text) && text !== '0' ? 'missing unit in duration' : 'invalid duration';
  return `failed to parse duration ${line}: time: ${missing} ${JSON.stringify(text)}`;
}

/** `getRange` */
function rangeFault(text: string, { least, most, names }: Bounds): string | undefined {
  const [range = '', step, ...more] = text.split('/');
  const [low = '', high, ...others] = range.split('-');
  const open = low === '*' || low === '?';
  const numbers = open ? [] : [low, ...(high === undefined ? [] : [high])];
  for (const one of numbers) {
    const fault = numberFault(one, names);
    if (fault !== undefined) return fault;
  }
  if (!open && others.length > 0) return `too many hyphens: ${text}`;
  if (step !== undefined && numberFault(step) !== undefined) return numberFault(step);
  if (more.length > 0) return `too many slashes: ${text}`;
  const start = open ? least : numberOf(low, names, least);
  const end = open || (step !== undefined && high === undefined) ? most : numberOf(high ?? low, names, least);
  if (start < least) return `beginning of range (${start}) below minimum (${least}): ${text}`;
  if (end > most) return `end of range (${end}) above maximum (${most}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return step === '0' ? `step of range should be a positive number: ${text}` : undefined;
}

function numberOf(text: string, names: readonly string[] | undefined, least: number): number {
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at >= 0 ? at + least : Number(text);
}

function numberFault(text: string, names?: readonly string[]): string | undefined {
  if (names?.includes(text.toLowerCase()) || /^\+?\d+$/.test(text)) return undefined;
  if (/^-\d+$/.test(text)) return `negative number (${text}) not allowed: ${text}`;
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}
