import type { KubernetesObject } from '../../kubernetes/object.ts';

export interface IngressBackend {
  service?: { name: string; port?: { number?: number; name?: string } };
}

export interface Ingress extends KubernetesObject {
  spec: {
    ingressClassName?: string;
    defaultBackend?: IngressBackend;
    tls?: { hosts?: string[]; secretName?: string }[];
    rules?: { host?: string; http?: { paths?: { path?: string; pathType?: string; backend: IngressBackend }[] } }[];
  };
}

/**
 * Which backend answers a host and a path: the host's own rule before a wildcard's before rules for all hosts, the longest
 * path first, Exact before Prefix (`networking/v1`, HTTPIngressPath).
 */
export function route(ingress: Ingress, host: string, path: string): IngressBackend | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const rules = ingress.spec.rules ?? [];
  const own = rules.filter((rule) => rule.host === name);
  const wildcard = rules.filter(({ host: one }) => one?.startsWith('*.') && coversHost(one, name));
  const all = rules.filter((rule) => !rule.host);
  const chosen = [own, wildcard, all].find((some) => some.length > 0) ?? [];
  const paths = chosen.flatMap((rule) => rule.http?.paths ?? []).filter((one) => matchesPath(one, path));
  const exact = (one: { pathType?: string }) => (one.pathType === 'Exact' ? 1 : 0);
  paths.sort((a, b) => exact(b) - exact(a) || (b.path ?? '/').length - (a.path ?? '/').length);
  return paths[0]?.backend ?? ingress.spec.defaultBackend;
}

/** Whether a host of a rule means this name: itself, or any name in place of a leading `*`. */
export function coversHost(host: string, name: string): boolean {
  return host === name || (host.startsWith('*.') && host.slice(2) === afterFirstDot(name));
}

function afterFirstDot(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** Prefixes match by whole elements: `/foo` is not a prefix of `/foobar`. */
function matchesPath(rule: { path?: string; pathType?: string }, path: string): boolean {
  const wanted = rule.path ?? '/';
  if (rule.pathType === 'Exact') return path === wanted;
  const prefix = wanted.replace(/\/+$/, '');
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`);
}
