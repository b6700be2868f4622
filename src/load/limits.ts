import type { Scenario, ScenarioValue } from './scenario.ts';
import { createSchedule } from './schedule.ts';

/** A limit that would spoil a load test, in the form of a check's finding. */
export interface LimitFinding {
  /** What should be so. */
  title: string;
  level: 'ok' | 'warning';
  expected: string;
  observed: string;
  repair?: string;
}

/** What is known of the system's limits; a missing one is not judged. */
export interface SystemLimits {
  perClient?:
    | {
        /** Requests a minute. */
        perMinute: number;
        /** Which ConfigMap and key says so, for the repair. */
        configMap: string;
        key: string;
        /** Name of the scenario's value that says who a client is. */
        value: string;
      }
    | undefined;
  /** `nginx.ingress.kubernetes.io/limit-rps`, by address, and whether the load goes through that Ingress. */
  ingress?: { name: string; requestsPerSecond: number; inTheWay: boolean } | undefined;
  namespace: string;
}

/** The highest rate that a scenario wants; undefined for a closed loop, whose rate nobody knows before. */
function peakRate(scenario: Scenario): number | undefined {
  const { open, steps } = scenario;
  if (steps) return steps.to;
  return open ? Math.max(open.rate, open.from ?? 0, ...open.stages.map((stage) => stage.to ?? 0)) : undefined;
}

/**
 * Limits of the system that this load would run into: answers of 429 would then be counted as errors of the system, and
 * the latency of a refusal as its speed.
 */
export function limitFindings(scenario: Scenario, limits: SystemLimits): LimitFinding[] {
  // What is judged by nothing is spoilt by nothing: it may be there to run into a limit.
  if (scenario.thresholds?.length === 0) return [];
  const findings = [clientFinding(scenario, limits), ingressFinding(scenario, limits)];
  return findings.filter((finding) => finding !== undefined);
}

/** What a scenario asks of a system at its height. */
export interface HeaviestUse {
  /** Requests a second. */
  rate: number;
  /** How many clients ask in turn, and what the busiest of them sends within a minute; of a shorter test, within all of it. */
  clients: number;
  each: number;
  /** Its part of all requests, 0 … 1. */
  share: number;
  /** Seconds that `each` is about, 60 at most. */
  seconds: number;
}

/** By the value that says who a client is; undefined for a closed loop, or without such a value. */
export function heaviestUse(scenario: Scenario, client: string): HeaviestUse | undefined {
  const rate = peakRate(scenario);
  const value = scenario.values[client];
  if (rate === undefined || !value) return undefined;
  const clients = Array.isArray(value.of) ? value.of.length : value.of;
  const share = largestShare(value.pick, value.exponent, clients);
  // A shorter test than a minute sends less than a minute's worth.
  const seconds = Math.min(60, createSchedule(scenario).end / 1000);
  return { rate, clients, share, seconds, each: rate * seconds * share };
}

function clientFinding(scenario: Scenario, { perClient, namespace }: SystemLimits): LimitFinding | undefined {
  const use = perClient && heaviestUse(scenario, perClient.value);
  if (!use) return undefined;
  const { rate, clients, share, seconds, each } = use;
  const needed = Math.ceil((rate * seconds) / perClient.perMinute);
  const ok = each <= perClient.perMinute;
  return {
    title: 'No client sends more than the system allows it',
    level: ok ? 'ok' : 'warning',
    expected: `at most ${count(perClient.perMinute)} requests a minute for each client (${perClient.key})`,
    observed: `${count(each)} ${seconds === 60 ? 'a minute' : `in ${count(seconds)} s`} from ${share === 1 / clients ? 'each' : 'the busiest'} of ${count(clients)} client${clients === 1 ? '' : 's'} at ${count(rate)}/s`,
    ...(ok
      ? {}
      : {
          repair: `use at least ${count(needed)} clients in turn, or raise the limit: kubectl patch configmap ${perClient.configMap} -n ${namespace} --type merge -p '{"data":{"${perClient.key}":"${Math.ceil(each)}"}}' and restart the pods`,
        }),
  };
}

/** Share of all requests that the busiest client sends. */
function largestShare(pick: ScenarioValue['pick'], exponent: number, clients: number): number {
  if (pick === 'once') return 1;
  if (pick === 'in-turn') return 1 / clients;
  if (pick === 'random') return Math.min(1, 1.5 / clients);
  let sum = 0;
  for (let rank = 1; rank <= clients; rank += 1) sum += 1 / rank ** exponent;
  return 1 / sum;
}

function ingressFinding(scenario: Scenario, { ingress, namespace }: SystemLimits): LimitFinding | undefined {
  const rate = peakRate(scenario);
  if (!ingress?.inTheWay || rate === undefined) return undefined;
  const ok = rate <= ingress.requestsPerSecond;
  return {
    title: 'The Ingress lets the whole load through',
    level: ok ? 'ok' : 'warning',
    expected: `at most ${count(ingress.requestsPerSecond)} requests a second from one address (limit-rps of Ingress ${ingress.name})`,
    observed: `${count(rate)}/s from this machine`,
    ...(ok
      ? {}
      : {
          repair: `load the Service instead of the Ingress, or raise it: kubectl annotate ingress ${ingress.name} -n ${namespace} --overwrite nginx.ingress.kubernetes.io/limit-rps="${Math.ceil(rate)}"`,
        }),
  };
}

function count(value: number): string {
  return (value < 10 ? Number(value.toFixed(1)) : Math.round(value)).toLocaleString('en-US');
}
