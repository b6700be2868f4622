import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { messageOf, Problem } from '../../base/errors.ts';
import { standInSchema } from '../../systems/stand-in-figure.ts';
import type { StepContext, StepKind, StepResult } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import type { PromqlResult } from './promql/answer.ts';
import { askPrometheus } from './promql/ask.ts';
import { standInFor } from './promql/stand-in.ts';

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'a duration is written like `10m` or `30s`');
const shape = {
  promql: z
    .strictObject({
      query: z.string().min(1).describe('PromQL'),
      service: z.string().optional().describe('`name:port` of the Service of a Prometheus'),
      namespace: z.string().optional().describe('Of that Service; the system’s unless said'),
      url: z.string().optional().describe('Of a Prometheus anywhere else'),
      token: z
        .string()
        .min(1)
        .optional()
        .describe('Name of the sensitive input that lets in, as a bearer token; with `url`'),
      range: z
        .strictObject({ for: duration.describe('How far back'), step: duration.describe('From one point to the next') })
        .optional()
        .describe('A range up to now; one instant unless said'),
      expect: z
        .string()
        .optional()
        .describe('CEL over `value` (the first, newest), `values` (all) and `series` (with `labels`)'),
      'stand-in': standInSchema
        .optional()
        .describe('Where the sandbox has no Prometheus: a figure that it knows, said to be a stand-in'),
    })
    .refine(({ service, url }) => (service === undefined) !== (url === undefined), 'give one of `service` and `url`')
    .describe('A query to a Prometheus and what its result must be'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Wanted = Omit<Config['promql'], 'expect' | 'stand-in'>;

/** Asks a Prometheus and judges the figures. */
export const promqlStep: StepKind<Config> = {
  name: 'promql',
  description: 'Asks a Prometheus, and judges the figures',
  shape,
  effects: 'none',
  // The question says what the query was made of, to whoever has the address.
  reaches: ({ promql: { url } }) => url !== undefined,
  expressions: [{ path: 'promql.expect', locals: ['value', 'values', 'series'] }],
  outputs: { value: 'double', values: 'list', series: 'double', standIn: 'bool' },
  async access({ promql }, context) {
    if (promql.url || usesStandIn(promql, context)) return [];
    const namespace = promql.namespace === undefined ? undefined : renderKnown(context, promql.namespace);
    return [
      { verbs: ['get'], apiVersion: 'v1', kind: 'Service', namespace },
      { verbs: ['get'], apiVersion: 'v1', kind: 'Service', subresource: 'proxy', namespace },
    ];
  },
  async plan({ promql }, context) {
    const { query } = renderKnown(context, promql);
    const from = usesStandIn(promql, context) ? 'a stand-in for' : 'asks';
    return { certainty: 'previewed', summary: `${from} ${query.replace(/\s+/g, ' ')}`, changes: [] };
  },
  async run({ promql: { expect, 'stand-in': standIn, ...written } }, context) {
    const replaced = standIn && context.connection.info.sandbox ? standIn : undefined;
    const wanted = context.render(written);
    const result = replaced ? await standInFor(context.render(replaced), context) : await ask(wanted, context);
    return judge(result, expect, replaced !== undefined, context);
  },
  async equivalent({ promql }, context) {
    const { query, service, namespace = context.namespace, url, range, token } = renderKnown(context, promql);
    const [name, port] = (service ?? '').split(':');
    const base = url ? url.replace(/\/$/, '') : `http://127.0.0.1:${port}`;
    const at = range
      ? `/api/v1/query_range --data-urlencode "start=$(($(date +%s) - ${seconds(range.for)}))" --data-urlencode "end=$(date +%s)" --data-urlencode step=${range.step}`
      : '/api/v1/query';
    const auth = token ? ` -H "Authorization: Bearer $${token.toUpperCase()}"` : '';
    return [
      ...(url ? [] : [`kubectl port-forward -n ${namespace} service/${name} ${port}:${port} &`]),
      `curl -sS -G${auth} ${shellWord(base)}${at} --data-urlencode ${shellWord(`query=${query}`)}`,
    ];
  },
};

function usesStandIn(promql: Config['promql'], { connection }: Pick<StepContext, 'connection'>): boolean {
  return promql['stand-in'] !== undefined && connection.info.sandbox;
}

function judge(result: PromqlResult, expect: string | undefined, standIn: boolean, context: StepContext): StepResult {
  const { value, values, series } = result;
  const label = standIn ? 'stand-in: ' : '';
  const figure = value === null ? 'no data' : shown(value);
  const text = series.length > 1 ? `${figure} (the first of ${series.length} series)` : figure;
  context.output(`${label}${text}`);
  // What is written down is bounded; expressions see all of it.
  const outputs = { value, values: values.slice(0, 1000), series: series.length, standIn };
  const summary = `${label}${text}`;
  const done = { summary, outputs, locals: { ...result } };
  if (expect === undefined) return done;
  const evidence = [`expected: ${expect}`, `observed: ${text}`, ...series.slice(0, 5).map(line)];
  try {
    if (context.evaluate(expect, { ...result }) === true) return done;
  } catch (error) {
    if (value !== null) throw error;
    evidence.push(messageOf(error));
  }
  return { ...done, status: 'not-met', summary: `${summary}, and that is not what was expected`, evidence };
}

function line({ labels, value }: PromqlResult['series'][number]): string {
  const inner = Object.entries(labels).map(([name, text]) => `${name}="${text}"`);
  return `{${inner.join(', ')}} ${shown(value)}`;
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

async function ask(wanted: Wanted, context: StepContext): Promise<PromqlResult> {
  const { query, service = '', url, range, namespace = context.namespace, token } = wanted;
  const place = url === undefined ? { service, namespace } : { url, headers: authorization(token, context) };
  const asked = { query, range: range && { seconds: seconds(range.for), step: seconds(range.step) } };
  return askPrometheus(place, asked, context.connection, context.waiting);
}

function authorization(token: string | undefined, context: StepContext): Record<string, string> {
  if (token === undefined) return {};
  const value = context.secret(token);
  if (value === undefined)
    throw new Problem(`There is no value for the input ${token}`, { next: [`--set-env ${token}=VARIABLE gives one`] });
  context.hide(value);
  return { authorization: `Bearer ${value}` };
}

function seconds(duration: string): number {
  return (parseDuration(duration) ?? 0) / 1000;
}
