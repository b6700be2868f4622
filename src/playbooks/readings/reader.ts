import { messageOf } from '../../base/errors.ts';
import { compileExpression, renderValue } from '../../base/expressions.ts';
import { createRing } from '../../base/ring.ts';
import type { Connection } from '../../cluster/connection.ts';
import type { Readings } from '../../systems/reading-schema.ts';
import type { QueryResult } from '../queries/query-result.ts';
import { readSource } from './read-source.ts';

export interface ReaderOptions {
  connection: Connection;
  namespace: string;
  readings: Readings;
  signal: AbortSignal;
}

/** How many looks are remembered. */
const shownPoints = 60;

type Values = Record<string, unknown>;

/** Reads all sources of a system's figures each time that it is called; earlier values stay as the course of each. */
export function createReader({ connection, namespace, readings, signal }: ReaderOptions) {
  const histories = readings.figures.map(() => createRing<number | undefined>(shownPoints));
  return async (): Promise<QueryResult[]> => {
    let trouble: string | undefined;
    const read = async ([name, source]: [string, Readings['collect'][string]]) => [
      name,
      await readSource(source, { connection, namespace, signal }),
    ];
    const values: Values = await Promise.all(Object.entries(readings.collect).map(read)).then(
      (entries) => Object.fromEntries(entries) as Values,
      (error: unknown) => {
        if (signal.aborted) throw signal.reason;
        trouble = messageOf(error);
        return {};
      },
    );
    const figures = figuresOf(readings, trouble === undefined ? values : undefined);
    return figures.map((figure, index) => {
      histories[index]?.push(figure.value ?? undefined);
      return { ...figure, points: histories[index]?.items() ?? [], trouble: trouble ?? figure.trouble };
    });
  };
}

/** The figures of what was read; those that cannot be worked out say why. Undefined: nothing could be read. */
export function figuresOf(readings: Readings, read: Values | undefined): QueryResult[] {
  const values: Values = { ...read };
  const evaluate = (source: string) => {
    const variables = Object.fromEntries(Object.keys(values).map((name) => [name, 'dyn' as const]));
    return compileExpression(source, { variables }).evaluate(values);
  };
  const facts = { series: 1, sinceStart: false, points: [] };
  const fault = read && derive(readings.let, values, evaluate);
  return readings.figures.map(({ title, value: query, unit, target, detail }) => {
    const known = { ...facts, title, query, unit, target, description: undefined, value: null, trouble: fault };
    if (!read || fault !== undefined) return known;
    try {
      const found = evaluate(query);
      const value: unknown = Array.isArray(found) ? found[0] : found;
      const description = detail === undefined ? undefined : String(renderValue(detail, evaluate));
      return { ...known, description, value: typeof value === 'number' && Number.isFinite(value) ? value : null };
    } catch (error) {
      return { ...known, trouble: messageOf(error) };
    }
  });
}

/** Adds the named values; why one of them could not be worked out. */
function derive(names: Readings['let'], values: Values, evaluate: (source: string) => unknown): string | undefined {
  for (const [name, source] of Object.entries(names)) {
    try {
      values[name] = evaluate(source);
    } catch (error) {
      return `${name} could not be worked out: ${messageOf(error)}`;
    }
  }
  return undefined;
}
