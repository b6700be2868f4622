import { compileExpression, findTemplates } from '../base/expressions.ts';
import type { YamlPath } from '../yaml/parse.ts';
import type { Readings } from './reading-schema.ts';

/** One expression of the readings: where it stands, and its place in the text that it stands in. */
interface Place {
  path: YamlPath;
  source: string;
  offset: number;
}

/** Hands every expression that is wrong to `fault`, with what is thrown for it. */
export function checkReadings(readings: Readings, fault: (place: Place, error: unknown) => void): void {
  const names = Object.keys(readings.collect);
  const check = (path: YamlPath, source: string, offset: number) => {
    try {
      compileExpression(source, { variables: Object.fromEntries(names.map((name) => [name, 'dyn' as const])) });
    } catch (error) {
      fault({ path, source, offset }, error);
    }
  };
  for (const [name, source] of Object.entries(readings.let)) {
    check(['readings', 'let', name], source, 0);
    names.push(name);
  }
  for (const [index, { value, detail }] of readings.figures.entries()) {
    check(['readings', 'figures', index, 'value'], value, 0);
    for (const one of findTemplates(detail ?? ''))
      check(['readings', 'figures', index, 'detail'], one.source, one.sourceStart);
  }
}
