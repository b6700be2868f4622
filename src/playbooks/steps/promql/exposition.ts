import { numberOf, type Series } from './answer.ts';

/** The series of one metric in Prometheus' text format. */
export function parseExposition(text: string, metric: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (match?.[1] !== metric) return [];
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
    ]);
    return [{ labels: Object.fromEntries(labels) as Record<string, string>, value: numberOf(match[3] ?? '') }];
  });
}
