import { TypeFault } from './type-error.ts';

const whole = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const micro = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const any = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

/** `metav1.Time` in UTC with whole seconds, `metav1.MicroTime` with millionths. Throws a `TypeFault` for what is no RFC 3339 time. */
export function decodeTime(text: string, isMicro: boolean): string {
  if ((isMicro ? micro : whole).test(text)) return text;
  const [, date = '', fraction = '', zone = ''] = any.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}${zone}`);
  if (Number.isNaN(milliseconds)) throw new TypeFault(parsing(text, isMicro));
  const seconds = new Date(milliseconds).toISOString().slice(0, 19);
  return isMicro ? `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z` : `${seconds}Z`;
}

/** As `time.Parse` of Go says which element it could not read; of a time that is nearly one, only the first words. */
function parsing(text: string, isMicro: boolean): string {
  const layout = isMicro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const elements: [RegExp, string][] = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d\d/, '01'],
    [/^-/, '-'],
    [/^\d\d/, '02'],
    [/^T/, 'T'],
    [/^\d\d/, '15'],
    [/^:/, ':'],
    [/^\d\d/, '04'],
    [/^:/, ':'],
    [/^\d\d/, '05'],
    [/^(?:[.,]\d+)?/, ''],
    [/^(?:Z|[+-]\d\d:\d\d)$/, 'Z07:00'],
  ];
  let rest = text;
  for (const [form, name] of elements) {
    const match = form.exec(rest);
    if (!match) return `parsing time "${text}" as "${layout}": cannot parse "${rest}" as "${name}"`;
    rest = rest.slice(match[0].length);
  }
  return `parsing time "${text}": out of range`;
}
