import { milliValue, parseQuantity } from '../../../kubernetes/quantity.ts';
import { type ResourceList, resourceList } from '../../../kubernetes/resource-list.ts';
import { type Json, textAt } from '../json.ts';

interface Wanted {
  requests: ResourceList;
  /** Undefined for claims, of which only the request counts. */
  limits: ResourceList | undefined;
}

/** What of one entry of a LimitRange is broken, in the words of `limitranger/admission.go`; the order is by resource name. */
export function constraintFaults(limit: Json, wanted: Wanted): string[] {
  const kind = textAt(limit, 'type');
  const each = (field: string, rule: (about: About, wanted: Wanted) => string | undefined) =>
    Object.entries(resourceList(limit[field]))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([name, bound]) => rule({ kind, name, bound }, wanted) ?? []);
  return [
    ...each('min', belowMinimum),
    ...each('max', wanted.limits ? aboveMaximum : requestAboveMaximum),
    ...(wanted.limits ? each('maxLimitRequestRatio', aboveRatio) : []),
  ];
}

interface About {
  kind: string;
  name: string;
  bound: string;
}

function belowMinimum({ kind, name, bound }: About, { requests, limits }: Wanted): string | undefined {
  const [request, limit] = [requests[name], limits?.[name]];
  const head = `minimum ${name} usage per ${kind} is ${bound}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (milliValue(request) < milliValue(bound)) return `${head}, but request is ${request}`;
  if (limit !== undefined && milliValue(limit) < milliValue(bound)) return `${head}, but limit is ${limit}`;
  return undefined;
}

function aboveMaximum({ kind, name, bound }: About, { requests, limits }: Wanted): string | undefined {
  const [request, limit] = [requests[name], limits?.[name]];
  const head = `maximum ${name} usage per ${kind} is ${bound}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (milliValue(limit) > milliValue(bound)) return `${head}, but limit is ${limit}`;
  if (request !== undefined && milliValue(request) > milliValue(bound)) return `${head}, but request is ${request}`;
  return undefined;
}

function requestAboveMaximum({ kind, name, bound }: About, { requests }: Wanted): string | undefined {
  const request = requests[name];
  const head = `maximum ${name} usage per ${kind} is ${bound}`;
  if (request === undefined) return `${head}.  No request is specified`;
  return milliValue(request) > milliValue(bound) ? `${head}, but request is ${request}` : undefined;
}

function aboveRatio({ kind, name, bound }: About, { requests, limits }: Wanted): string | undefined {
  const [request, limit] = [milliValue(requests[name] ?? 0), milliValue(limits?.[name] ?? 0)];
  const head = `${name} max limit to request ratio per ${kind} is ${bound}`;
  if (request === 0) return `${head}, but no request is specified or request is 0`;
  if (limit === 0) return `${head}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  return ratio > parseQuantity(bound) ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
