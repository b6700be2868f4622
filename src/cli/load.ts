import { parseDuration } from '../base/duration.ts';
import { exitCodes, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import type { Connection } from '../cluster/connection.ts';
import { destinationProblem, parseTarget, resolveDestination } from '../load/destination.ts';
import { startLoad } from '../load/engine.ts';
import { type LimitFinding, limitFindings } from '../load/limits.ts';
import { findLoadTarget, readSystemLimits } from '../load/load-target.ts';
import { progressLine } from '../load/progress-line.ts';
import type { LoadResult, LoadSample } from '../load/sample.ts';
import type { Scenario } from '../load/scenario.ts';
import { findScenario } from '../load/scenario-file.ts';
import { withOverrides } from '../load/scenario-overrides.ts';
import { allMet, summaryLines } from '../load/summary.ts';
import type { LoadAddress } from '../load/transport.ts';
import { loadSystems, type System } from '../systems/system.ts';
import { detectTheme } from '../ui/theme.ts';
import { playbookRoots } from './catalog.ts';
import { connectChosen } from './chosen-cluster.ts';
import type { GlobalOptions } from './options.ts';
import { printJson, printNote, printResult } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';

export interface LoadOptions extends GlobalOptions {
  url?: string;
  rate?: string;
  users?: string;
  duration?: string;
  confirmHost?: string;
  output?: 'text' | 'ndjson';
}

/** What a test puts in the place of the program's own. */
export interface LoadServices {
  connect?: (options: GlobalOptions) => Promise<Connection>;
  workerFile?: string;
  signal?: AbortSignal;
}

/** Version of the lines of `--output ndjson`. */
const outputVersion = 1;

/**
 * `load <scenario>`: a load test without a screen. Exit code 3 when a threshold is not met; a signal gives the result so
 * far and the signal's own code.
 */
export async function loadCommand(args: string[], options: LoadOptions, services: LoadServices = {}): Promise<number> {
  refuseChanges(options, 'A load test acts on what it loads');
  const reference = args[0] ?? '';
  const system = systemOf(reference);
  const scenario = withOverrides(findScenario(reference), {
    rate: positive(options.rate, '--rate'),
    users: positive(options.users, '--users'),
    sustainedMs: duration(options.duration),
    sandbox: options.sandbox,
    thresholds: system?.targets,
  });
  const { address, findings, description } = await findAddress(scenario, options, system, services);
  const refusal = destinationProblem(await resolveDestination(address.url), options.confirmHost);
  if (refusal) throw refusal;
  for (const line of findings.filter(({ level }) => level !== 'ok').flatMap(findingLines)) printNote(printable(line));
  printNote(printable(`${scenario.title}: ${description}`));

  const ending = catchSignals(services.signal);
  try {
    const reporter = createReporter(scenario, options.output === 'ndjson');
    reporter.started(description);
    const result = await startLoad(scenario, {
      address,
      signal: ending.signal,
      onSample: reporter.sample,
      workerFile: services.workerFile,
    });
    reporter.result(result, system?.title);
    if (result.stopped) return ending.exitCode();
    return allMet(result) ? exitCodes.done : exitCodes.notMet;
  } finally {
    ending.release();
  }
}

interface Destined {
  address: LoadAddress;
  findings: LimitFinding[];
  description: string;
}

async function findAddress(
  scenario: Scenario,
  options: LoadOptions,
  system: System | undefined,
  services: LoadServices,
): Promise<Destined> {
  if (options.url !== undefined) {
    const url = parseTarget(options.url).href.replace(/\/$/, '');
    return { address: { url }, findings: [], description: url };
  }
  if (!options.sandbox && options.context === undefined)
    throw new Problem('Where should the load go?', {
      next: ['Name it with --url http://…, or the cluster with --context NAME or --sandbox.'],
      exitCode: exitCodes.usage,
    });
  const connection = await (services.connect ?? connectChosen)(options);
  try {
    const namespace = options.namespace ?? system?.namespace ?? connection.info.namespace;
    const target = await findLoadTarget(connection, scenario.target, namespace);
    const limits = await readSystemLimits(connection, scenario, target.through, namespace);
    const { address, description } = target;
    return { address, findings: limitFindings(scenario, limits), description: `${description} at ${address.url}` };
  } finally {
    connection.close();
  }
}

/** The system that `tars/basic` belongs to; a scenario's file of its own belongs to none. */
function systemOf(reference: string): System | undefined {
  const [, name] = /^([\w-]+)\/[\w-]+$/.exec(reference) ?? [];
  if (!name) return undefined;
  return loadSystems(playbookRoots({ workspace: process.cwd() })).systems.find((system) => system.name === name);
}

function findingLines({ title, expected, observed, repair }: LimitFinding): string[] {
  return [`warning: not so: ${title}`, `  ${observed}; ${expected}`, ...(repair ? [`  → ${repair}`] : [])];
}

function createReporter(scenario: Scenario, ndjson: boolean) {
  const loop = scenario.closed ? 'closed' : 'open';
  const every = process.stderr.isTTY ? 4 : 20;
  let gathered: LoadSample[] = [];
  const line = (type: string, fields: object) => printJson({ v: outputVersion, type, ...fields });
  return {
    started(target: string) {
      if (ndjson) line('load-started', { scenario: scenario.name, title: scenario.title, target, loop });
    },
    sample(sample: LoadSample) {
      if (ndjson) line('load-sample', { sample });
      gathered.push(sample);
      if (gathered.length < every) return;
      const text = progressLine(gathered, loop);
      if (text) printNote(text);
      gathered = [];
    },
    result(result: LoadResult, title: string | undefined) {
      if (ndjson) return line('load-result', { result });
      const lines = summaryLines(result, { title: title ?? scenario.title, symbols: detectTheme().symbols });
      for (const text of lines) printResult(text);
    },
  };
}

/** Ctrl-C and its like end the load early; the figures so far are still printed. */
function catchSignals(outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const codes = {
    SIGINT: exitCodes.interrupted,
    SIGTERM: exitCodes.terminated,
    SIGHUP: exitCodes.hangup,
  } as const;
  let code: number = exitCodes.interrupted;
  const handlers = Object.entries(codes).map(([signal, exitCode]) => {
    const handler = () => {
      code = exitCode;
      controller.abort();
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  outer?.addEventListener('abort', () => controller.abort(), { once: true });
  return {
    signal: controller.signal,
    exitCode: () => code,
    release() {
      for (const off of handlers) off();
    },
  };
}

function positive(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && (flag !== '--users' || Number.isInteger(value))) return value;
  throw new Problem(`${flag} takes a positive ${flag === '--users' ? 'whole ' : ''}number, not \`${text}\``, {
    exitCode: exitCodes.usage,
  });
}

function duration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new Problem(`--duration takes a time such as 60s or 5m, not \`${text}\``, { exitCode: exitCodes.usage });
}
