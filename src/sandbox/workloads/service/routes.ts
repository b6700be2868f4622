import { json, text, type WorkloadRequest, type WorkloadResponse } from '../messages.ts';
import { checksOf } from './dependencies.ts';
import type { ServiceOptions, ServiceParts } from './options.ts';

/** What the service answers, by path: its own answers first, then what everybody is asked, then its work. */
export function createRoutes(
  parts: ServiceParts,
  options: ServiceOptions,
): (request: WorkloadRequest) => Promise<WorkloadResponse> {
  const { context, cpu, registry, work } = parts;
  const { name, dependencies = [] } = options;
  const own = options.own?.(parts) ?? {};
  const required = new Set(dependencies.filter((one) => !one.optional).map((one) => one.name));
  const ready = () => {
    const checks = checksOf(context, dependencies);
    const away = Object.keys(checks).filter((one) => !checks[one]);
    const up = !away.some((one) => required.has(one));
    const status = !up ? 'not ready' : away.length > 0 ? 'degraded' : 'ready';
    return json(up ? 200 : 503, { status, service: name, checks });
  };
  return async (request) => {
    cpu.work(0, 0.0002);
    const path = request.url.split('?')[0] ?? '';
    const answer = own[path];
    if (answer) return answer(request);
    if (path === '/' || path === '/health') return json(200, { status: 'healthy', service: name });
    if (path === '/ready') return ready();
    if (path === '/metrics') return text(200, registry.render(), 'text/plain; version=0.0.4; charset=utf-8');
    if (!options.routes.some((beginning) => path.startsWith(beginning))) return json(404, { detail: 'Not Found' });
    return (await work()) ?? passOn(parts, options, request, path);
  };
}

/** The answer of the Service that the path belongs to; its own where it belongs to none. */
async function passOn(
  { context }: ServiceParts,
  { name, upstreams = {}, ports }: ServiceOptions,
  request: WorkloadRequest,
  path: string,
): Promise<WorkloadResponse> {
  const beginning = Object.keys(upstreams).find((one) => path.startsWith(one));
  const host = beginning === undefined ? undefined : upstreams[beginning];
  if (!host) return json(200, { service: name, path, pod: context.pod });
  const bad = () => json(502, { detail: `${host} does not answer` });
  const peer = context.dial(host, ports[0] ?? 8080);
  if (!peer) return bad();
  const answer = await peer.request({ ...request, headers: { ...request.headers, host } }).catch(bad);
  return { ...answer, headers: { ...answer.headers, 'x-upstream': host } };
}
