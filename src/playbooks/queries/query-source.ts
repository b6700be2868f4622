import { exitCodes, Problem } from '../../base/errors.ts';
import type { PrometheusPlace } from '../steps/promql/ask.ts';

/** Where the figures come from. */
export type QuerySource =
  | { kind: 'url'; url: string }
  | { kind: 'service'; namespace: string; name: string; port: number }
  /** The sandbox has no Prometheus: its programs are asked themselves. */
  | { kind: 'stand-in' }
  /** No Prometheus: commands in containers of the system itself. */
  | { kind: 'readings'; title: string };

/** By which a Prometheus behind a URL lets in. */
const tokenVariable = 'TARS_CONSOLE_PROMETHEUS_TOKEN';

/** `https://prometheus.example.com` or `monitoring/prometheus:9090`. Throws `Problem` for anything else. */
export function parseSource(text: string): Extract<QuerySource, { kind: 'url' | 'service' }> {
  if (/^https?:\/\/\S+$/.test(text) && URL.canParse(text)) {
    if (new URL(text).password === '') return { kind: 'url', url: text };
    throw new Problem('A password does not belong into a URL that others may see', {
      next: [`Use a token instead: it is read from the variable ${tokenVariable}`],
      exitCode: exitCodes.usage,
    });
  }
  const [, namespace, name, port] = /^([a-z0-9-]+)\/([a-z0-9-]+):(\d{1,5})$/.exec(text) ?? [];
  if (namespace && name && port) return { kind: 'service', namespace, name, port: Number(port) };
  throw new Problem(`\`${text}\` is no place of a Prometheus`, {
    next: ['Write a URL, such as https://prometheus.example.com, or a Service, such as monitoring/prometheus:9090'],
    exitCode: exitCodes.usage,
  });
}

/** What it is called where a person reads it. */
export function sourceText(source: QuerySource): string {
  switch (source.kind) {
    case 'url':
      return source.url;
    case 'service':
      return `${source.namespace}/${source.name}:${source.port}`;
    case 'stand-in':
      return 'the sandbox’s own programs';
    case 'readings':
      return `${source.title}, by commands in its pods`;
  }
}

/** How it is asked. The token goes to a URL that somebody named, and nowhere else. */
export function placeOf(
  source: Extract<QuerySource, { kind: 'url' | 'service' }>,
  env: NodeJS.ProcessEnv = process.env,
): PrometheusPlace {
  if (source.kind === 'service') return { service: `${source.name}:${source.port}`, namespace: source.namespace };
  const token = env[tokenVariable];
  return { url: source.url, headers: token ? { authorization: `Bearer ${token}` } : {} };
}
