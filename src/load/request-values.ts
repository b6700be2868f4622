import { randomInt } from 'node:crypto';
import { placeholder, type Scenario, type ScenarioValue } from './scenario.ts';

/** What is sent: everything that differs by request is filled in. */
export interface PreparedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/**
 * Requests of a scenario, by their number in the whole load: the same number gives the same `in-turn` values whichever
 * worker sends it. `random` and `skewed` ones come from a generator with a fixed seed, so that two runs can be compared.
 */
export function createRequests(scenario: Scenario, seed: number): (index: number) => PreparedRequest {
  const random = mulberry32(seed);
  const values = new Map(Object.entries(scenario.values).map(([name, value]) => [name, createValue(value, random)]));
  const { method, path, headers, body } = scenario.request;
  const paths = (Array.isArray(path) ? path : [path]).map((one) => template(one, encodeURIComponent));
  const headerParts = Object.entries(headers).map(([name, text]) => [name, template(text, identity)] as const);
  const json = body !== undefined && typeof body !== 'string';
  const bodyPart =
    body === undefined ? undefined : template(json ? JSON.stringify(body) : body, json ? inJson : identity);
  if (json && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type'))
    headerParts.push(['content-type', template('application/json', identity)]);
  return (index) => {
    const drawn = new Map<string, string>();
    const lookUp = (name: string) => {
      const before = drawn.get(name);
      if (before !== undefined) return before;
      const value = values.get(name)?.(index) ?? '';
      drawn.set(name, value);
      return value;
    };
    const filled: Record<string, string> = {};
    for (const [name, part] of headerParts) filled[name] = part(lookUp);
    return {
      method,
      path: paths[index % paths.length]?.(lookUp) ?? '/',
      headers: filled,
      body: bodyPart?.(lookUp),
    };
  };
}

/** With the values drawn that are one for the whole test, before its workers begin; another test gets others. */
export function withDrawnValues(scenario: Scenario): Scenario {
  const values = Object.entries(scenario.values).map(([name, value]): [string, ScenarioValue] => {
    if (value.pick !== 'once') return [name, value];
    const { of } = value;
    const drawn = Array.isArray(of) ? (of[randomInt(of.length)] ?? '') : String(randomInt(of) + 1);
    return [name, { ...value, pick: 'in-turn', of: [drawn] }];
  });
  return { ...scenario, values: Object.fromEntries(values) };
}

type Fill = (lookUp: (name: string) => string) => string;

function template(text: string, encode: (value: string) => string): Fill {
  const pieces = text.split(placeholder);
  if (pieces.length === 1) return () => text;
  return (lookUp) => {
    let filled = pieces[0] ?? '';
    for (let at = 1; at < pieces.length; at += 2) filled += encode(lookUp(pieces[at] ?? '')) + (pieces[at + 1] ?? '');
    return filled;
  };
}

const identity = (value: string) => value;
const inJson = (value: string) => JSON.stringify(value).slice(1, -1);

function createValue(value: ScenarioValue, random: () => number): (index: number) => string {
  const texts = Array.isArray(value.of) ? value.of : undefined;
  const count = texts?.length ?? (value.of as number);
  const pick = createPick(value, count, random);
  return (index) => {
    const number = pick(index);
    return value.text.replaceAll('{}', texts?.[number] ?? String(number + 1));
  };
}

function createPick(value: ScenarioValue, count: number, random: () => number): (index: number) => number {
  if (value.pick === 'in-turn') return (index) => index % count;
  if (value.pick === 'random') return () => Math.floor(random() * count);
  const shares = zipfShares(count, value.exponent);
  return () => firstAtLeast(shares, random());
}

/** Running sums of a Zipf distribution: the n-th most popular has a share that goes with 1/n^exponent. */
function zipfShares(count: number, exponent: number): Float64Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    sum += 1 / (index + 1) ** exponent;
    sums[index] = sum;
  }
  return sums.map((value) => value / sum);
}

function firstAtLeast(sums: Float64Array, wanted: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 1) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tommy Ettinger's 32-bit generator: fast, and good enough to choose a query. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
