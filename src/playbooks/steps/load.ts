import { basename } from 'node:path';
import { z } from 'zod';
import { formatDuration, parseDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import { destinationProblem, parseTarget, resolveDestination } from '../../load/destination.ts';
import { startLoad } from '../../load/engine.ts';
import { limitFindings } from '../../load/limits.ts';
import { findLoadTarget, type LoadTarget, readSystemLimits } from '../../load/load-target.ts';
import { watchReadyEndpoints } from '../../load/ready-endpoints.ts';
import type { LoadResult, LoadSample } from '../../load/sample.ts';
import type { Scenario, Threshold } from '../../load/scenario.ts';
import { readScenario } from '../../load/scenario-file.ts';
import { withOverrides } from '../../load/scenario-overrides.ts';
import { scaleText } from '../../load/scenario-scale.ts';
import { invalidFiles } from '../../yaml/diagnostics.ts';
import type { Finding } from '../finding.ts';
import type { PlanContext, StepContext, StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { createLoadProgress } from './load/progress.ts';
import { scalar } from './step-shapes.ts';

const shape = {
  load: z
    .strictObject({
      scenario: z.string().min(1).describe('A scenario file by the playbook’s folder, e.g. `load/basic.yaml`'),
      url: z.string().optional().describe('What is loaded instead of the scenario’s target; empty for the target'),
      host: z.string().optional().describe('The host that a load leaves this machine for, typed out'),
      rate: scalar.optional().describe('Requests a second; empty or 0 for the scenario’s'),
      users: scalar.optional().describe('Users that wait for their answers; empty or 0 for the scenario’s'),
      duration: scalar.optional().describe('Of the sustained phase; empty for the scenario’s'),
      ramp: scalar.optional().describe('The way up to the rate in all; empty for the scenario’s'),
      path: z.string().optional().describe('Instead of the scenario’s'),
      connections: scalar.optional().describe('How many at most'),
    })
    .describe('A load test'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Options = Config['load'];

/** Runs a load test. */
export const loadStep: StepKind<Config> = {
  name: 'load',
  description: 'Runs a load test and judges it by its thresholds, else by the system’s targets',
  shape,
  effects: 'outside',
  files: ({ load }) => [load.scenario],
  outputs: {
    load: 'dyn',
    requests: 'double',
    rps: 'double',
    errorRate: 'double',
    cacheHitRatio: 'double',
    p50: 'double',
    p95: 'double',
    p99: 'double',
  },
  async plan({ load }, context) {
    const options = renderKnown(context, load);
    const scenario = await readWanted(options, context);
    const { service, ingress } = scenario.target ?? {};
    const to =
      options.url || [service && `Service ${service}`, ingress && `Ingress ${ingress}`].filter(Boolean).join(', else ');
    const note = `${loadShape(scenario)}${to === '' ? '' : `, to ${to}`}; nothing of the cluster is changed by it`;
    return {
      certainty: 'previewed',
      summary: note,
      changes: [{ object: `load/${scenario.title}`, action: 'run', note }],
    };
  },
  async run({ load }, context) {
    const options = context.render(load);
    const scenario = await readWanted(options, context);
    const target = await findTarget(options, scenario, context);
    await askForHost(options, target, context);
    const { connection, namespace, waiting } = context;
    const through = target.through === 'url' ? undefined : target.through;
    const limits = limitFindings(scenario, await readSystemLimits(connection, scenario, through, namespace, waiting));
    for (const { level, title, observed, repair } of limits)
      if (level === 'warning') context.output(`${title}: not so: ${observed}${repair ? `; ${repair}` : ''}`);
    context.output(`${scenario.title} → ${target.description} (${target.address.url})`);
    const progress = createLoadProgress(scenario, context);
    const ready = target.service ? watchReadyEndpoints(connection, target.service, namespace) : undefined;
    const onSample = (sample: LoadSample) => progress({ ...sample, ...known(ready?.now()) });
    const result = await startLoad(scenario, { address: target.address, signal: waiting, onSample }).finally(() =>
      ready?.close(),
    );
    waiting.throwIfAborted();
    return resultOf(result, limits);
  },
  async equivalent({ load }, context) {
    const options = renderKnown(context, load);
    const { url, rate, users, duration } = options;
    const name = `${context.system}/${basename(options.scenario).replace(/\.ya?ml$/, '')}`;
    const given = Object.entries({ url, rate, users, duration }).filter(([, value]) => isGiven(value));
    return [
      `tars-console load ${name}${given.map(([key, value]) => ` --${key} ${shellWord(String(value))}`).join('')}`,
    ];
  },
};

/** How much is asked, and for how long: `208 requests a second, 40s of ramp and 60s in full`. */
function loadShape(scenario: Scenario): string {
  const { scale, open, closed, steps } = scenario;
  const rate = open?.rate ?? steps?.to ?? closed?.users ?? 0;
  const rehearsal = scale === undefined ? '' : ` (a rehearsal at ${scaleText(scale, rate)})`;
  return `${wholeShape(scenario)}${rehearsal}`;
}

function wholeShape({ open, closed, steps, sustained }: Scenario): string {
  if (steps) return `from ${steps.from} to ${steps.to} requests a second, more every ${formatDuration(steps.every)}`;
  const much = open ? `${open.rate} requests a second` : `${closed?.users ?? 0} users who wait for their answers`;
  const ramp = open ? open.stages.reduce((sum, { over }) => sum + over, 0) : (closed?.ramp ?? 0);
  return `${much}, ${ramp > 0 ? `${formatDuration(ramp)} of ramp and ` : ''}${formatDuration(sustained)} in full`;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '' && value !== 0 && value !== '0';
}

async function readWanted(options: Options, context: PlanContext): Promise<Scenario> {
  const { path: file, text } = await context.readFile(options.scenario);
  const name = `${context.system}/${basename(file).replace(/\.ya?ml$/, '')}`;
  const { value, diagnostics } = readScenario(text, file, name);
  if (!value) throw invalidFiles(diagnostics);
  const { system, cluster } = context.scope as {
    system?: { targets?: readonly Threshold[] };
    cluster?: { sandbox?: boolean };
  };
  return withOverrides(value, {
    rate: numberOf(options.rate, 'rate'),
    users: numberOf(options.users, 'users'),
    connections: numberOf(options.connections, 'connections'),
    sustainedMs: durationOf(options.duration, 'duration'),
    rampMs: durationOf(options.ramp, 'ramp'),
    path: options.path || undefined,
    sandbox: cluster?.sandbox,
    thresholds: system?.targets,
  });
}

function numberOf(value: Options['rate'], name: string): number | undefined {
  if (!isGiven(value)) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Problem(`\`${name}\`: ${value} is no number above 0`);
}

function durationOf(value: Options['duration'], name: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  const ms = typeof value === 'boolean' ? undefined : parseDuration(value);
  if (ms !== undefined) return ms;
  throw new Problem(`\`${name}\`: ${value} is no duration; write it as 60s or 1m30s`);
}

const known = (replicas: number | undefined) => (replicas === undefined ? {} : { replicas });

type Target = LoadTarget | (Omit<LoadTarget, 'through'> & { through: 'url' });

async function findTarget({ url }: Options, scenario: Scenario, context: StepContext): Promise<Target> {
  if (url) return { address: { url: parseTarget(url).href }, through: 'url', description: url };
  return findLoadTarget(context.connection, scenario.target, context.namespace, context.waiting);
}

/** A load that leaves this machine is an attack unless its target wants it: a person types the host. */
async function askForHost({ host }: Options, { address }: Target, context: StepContext): Promise<void> {
  const destination = await resolveDestination(address.url);
  if (!destinationProblem(destination, host || undefined)) return;
  const answer = await context.ask({
    kind: 'typed',
    text: `This load leaves this machine: it goes to ${destination.host}. Type that host if the system there is yours to load.`,
    details: [address.url, ...destination.addresses],
    expect: destination.host,
  });
  const typed = answer.kind === 'typed' ? answer.text : '';
  const problem = destinationProblem(destination, typed);
  if (problem) throw problem;
}

function resultOf(result: LoadResult, limits: readonly Finding[]) {
  const { sustained, thresholds } = result;
  const missed = thresholds.filter(({ met }) => !met);
  const { p50, p95, p99 } = sustained.response;
  const { requests, requestsPerSecond: rps, errorRate, cacheHitRatio } = sustained;
  const rehearsal = result.scale === undefined ? '' : ` (rehearsal at ${scaleText(result.scale, rps)})`;
  const figures = `${rps.toFixed(1)}/s${rehearsal}, P95 ${p95.toFixed(1)} ms, errors ${(errorRate * 100).toFixed(2)} %`;
  const targets: Finding[] = thresholds.map(({ title, observed, met }) => ({
    title,
    level: met ? 'ok' : 'fatal',
    expected: title,
    observed,
  }));
  const judged =
    thresholds.length === 0 ? '' : `; ${thresholds.length - missed.length} of ${thresholds.length} targets met`;
  return {
    status: missed.length > 0 ? ('not-met' as const) : ('done' as const),
    summary: `${figures}${judged}`,
    findings: [...limits, ...targets],
    outputs: { load: result, requests, rps, errorRate, cacheHitRatio, p50, p95, p99 },
    ...(missed.length > 0 ? { evidence: missed.map(({ title, observed }) => `${title}: ${observed}`) } : {}),
  };
}
