import type { Container, PodSpec } from './pod.ts';
import { milliValue } from './quantity.ts';

/** Amounts by resource name, e.g. `{ cpu: '500m', memory: '1Gi' }`. */
export type ResourceList = Record<string, string>;

/** As it stands in an object; numbers are written as text, and what is neither is left out. */
export function resourceList(value: unknown): ResourceList {
  if (typeof value !== 'object' || value === null) return {};
  const list: ResourceList = {};
  for (const [name, amount] of Object.entries(value))
    if (typeof amount === 'string' || typeof amount === 'number') list[name] = String(amount);
  return list;
}

/** Adds exactly, in thousandths. The form (`1Gi`, `500m`) is the first summand's, unless that is nothing. */
export function addLists(list: ResourceList, more: ResourceList): ResourceList {
  const sum = { ...list };
  for (const [name, amount] of Object.entries(more)) {
    const before = sum[name];
    sum[name] =
      before === undefined
        ? canonical(amount)
        : inForm(milliValue(before) + milliValue(amount), milliValue(before) === 0 ? amount : before);
  }
  return sum;
}

/** Takes `less` away, down to nothing. */
export function subtractLists(list: ResourceList, less: ResourceList): ResourceList {
  const rest: ResourceList = {};
  for (const [name, amount] of Object.entries(list)) {
    const gone = less[name];
    rest[name] = gone === undefined ? amount : inForm(Math.max(0, milliValue(amount) - milliValue(gone)), amount);
  }
  return rest;
}

/** Without what is nothing. */
export function withoutZeros(list: ResourceList): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([, amount]) => milliValue(amount) !== 0));
}

function maximum(list: ResourceList, other: ResourceList): ResourceList {
  const most = { ...list };
  for (const [name, amount] of Object.entries(other)) {
    const before = most[name];
    if (before === undefined || milliValue(amount) > milliValue(before)) most[name] = amount;
  }
  return most;
}

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** The canonical text of thousandths, with binary suffixes if the example has one (`resource/quantity.go CanonicalizeBytes`). */
function inForm(milli: number, example: string): string {
  if (milli % 1000 !== 0) return `${milli}m`;
  const [base, suffixes] = example.endsWith('i') ? [1024, binary] : [1000, decimal];
  let whole = milli / 1000;
  let step = 0;
  while (whole !== 0 && whole % base === 0 && step < suffixes.length - 1) {
    whole /= base;
    step += 1;
  }
  return `${whole}${suffixes[step]}`;
}

/** `1000m` → `1` */
export function canonical(amount: string): string {
  return inForm(milliValue(amount), amount);
}

/**
 * What a pod as a whole requests or may use: its containers together, or its init containers one after the other, whichever is
 * more; sidecars run beside all of them, and what is said for the whole pod counts first (`component-helpers/resource/helpers.go`).
 */
export function podResources(spec: PodSpec, part: 'requests' | 'limits'): ResourceList {
  const of = (container: Container) => resourceList(container.resources?.[part]);
  let running: ResourceList = {};
  for (const container of spec.containers) running = addLists(running, of(container));
  let sidecars: ResourceList = {};
  let starting: ResourceList = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      running = addLists(running, of(container));
      sidecars = addLists(sidecars, of(container));
      starting = maximum(starting, sidecars);
    } else starting = maximum(starting, addLists(of(container), sidecars));
  }
  const whole = { ...maximum(running, starting), ...resourceList(spec.resources?.[part]) };
  return part === 'requests' || Object.keys(whole).length > 0 ? addLists(whole, overheadFor(spec, part, whole)) : whole;
}

/** A runtime's own share; limits take it only where there is a limit. */
function overheadFor(spec: PodSpec, part: 'requests' | 'limits', whole: ResourceList): ResourceList {
  const overhead = resourceList(spec.overhead);
  if (part === 'requests') return overhead;
  return Object.fromEntries(Object.entries(overhead).filter(([name]) => whole[name] !== undefined));
}
