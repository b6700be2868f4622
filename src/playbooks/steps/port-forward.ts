import { z } from 'zod';
import { formatDuration, parseDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import { checkPodPort, type Forward, forwardPort, podPortOf } from '../../cluster/streams/port-forward.ts';
import type { PreviewContext, StepContext, StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { sendRequest } from './http/answer.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import { numberOrExpression } from './step-shapes.ts';

const shape = {
  'port-forward': z
    .strictObject({
      to: z
        .string()
        .regex(/^([A-Za-z0-9.]+\/)*[A-Za-z]+\/[^/\s:]+:[a-z0-9-]+$|\$\{\{/, 'it is written like `Service/backend:8000`')
        .describe('`Service/backend:8000`: a Service, workload or pod with its port, by number or name'),
      namespace: z.string().min(1).optional().describe('Where that is; the system’s unless said'),
      local: numberOrExpression.optional().describe('Port on this machine, on loopback only; a free one unless said'),
      for: z
        .string()
        .refine(
          (text) => text.includes('${{') || parseDuration(text) !== undefined,
          'a duration is written like `300s` or `10m`',
        )
        .optional()
        .describe('How long it stays open; until the run ends unless said'),
      http: z
        .strictObject({
          path: z.string().optional().describe('`/` unless said'),
          expect: z
            .string()
            .optional()
            .describe('CEL over `status`, `headers`, `body`; a status below 400 unless said'),
        })
        .optional()
        .describe('A request that must be answered through it'),
    })
    .describe('A port on this machine that leads into the cluster'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/**
 * Opens a port on loopback that leads to a ready pod, makes sure that it works, and leaves it open for the steps below.
 *
 * It is a step and not a block around other steps, because whatever comes below may use the address, in its own order, and
 * playbooks stay flat. So it outlives its step: it ends with the run (or after `for`), as its way into the cluster is the run's
 * own connection. A run that is resumed in a new process opens it again, which `volatile` asks for; only `local` makes the port the same.
 */
export const portForwardStep: StepKind<Config> = {
  name: 'port-forward',
  description: 'Opens a port on this machine that leads into the cluster, until the run ends',
  shape,
  effects: 'cluster',
  expressions: [{ path: 'port-forward.http.expect', locals: ['status', 'headers', 'body'] }],
  outputs: { address: 'string', port: 'double', ms: 'double' },
  async access(config, context) {
    const { namespace } = context.render({ namespace: config['port-forward'].namespace });
    return [
      { verbs: ['get', 'list'], apiVersion: 'v1', kind: 'Pod', namespace },
      // WebSockets are opened by GET; Kubernetes 1.35 and newer ask for `create` as well.
      { verbs: ['get', 'create'], apiVersion: 'v1', kind: 'Pod', subresource: 'portforward', namespace },
    ];
  },
  async plan(config, context) {
    const wanted = renderKnown(context, config['port-forward']);
    const { to, local, namespace = context.namespace } = wanted;
    const here = `127.0.0.1:${local === undefined || local === 0 ? 'a free port' : local}`;
    const change = { object: to, namespace, action: 'run' as const, note: `reached at ${here}` };
    try {
      const { pod, port } = await podPortOf(context.connection, await targetOf(wanted, context), context.signal);
      return { certainty: 'previewed', summary: `${here} → ${pod} port ${port}`, changes: [change] };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { certainty: 'partly', summary: `${here} → ${to}`, changes: [change], why: error.message };
    }
  },
  probe: async () => ({ done: false, reason: 'a port is open only as long as the process that opened it' }),
  volatile: () => true,
  run: open,
  async equivalent(config, context) {
    const { to, local = 0, http, namespace = context.namespace } = renderKnown(context, config['port-forward']);
    const { object, port } = parts(to);
    const mine = local === 0 ? '' : String(local);
    const address = `http://127.0.0.1:${mine === '' ? '$PORT' : mine}${http?.path ?? '/'}`;
    return [
      `kubectl port-forward -n ${namespace} ${kubectlName(object)} ${mine}:${port} &`,
      ...(http ? [`curl -sS -i ${mine === '' ? `"${address}"` : shellWord(address)}`] : []),
    ];
  },
};

async function open(config: Config, context: StepContext) {
  const { connection, signal, output } = context;
  const { http, ...rest } = config['port-forward'];
  const wanted = context.render(rest);
  const { to, local = 0, for: time } = wanted;
  const port = Number(local);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Problem(`${local} is no port`);
  const target = await targetOf(wanted, context);
  const ending = new AbortController();
  const say = (text: string) => output(`${to}: ${text}`);
  const forward = await forwardPort(connection, target, { signal: ending.signal, onError: say, local: port });
  const giveUp = () => ending.abort();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const ms = await verify(http, forward, await podPortOf(connection, target, signal), context);
    const lifeMs = time === undefined ? undefined : parseDuration(time);
    if (lifeMs !== undefined) setTimeout(giveUp, lifeMs).unref();
    const until = lifeMs === undefined ? 'until the run ends' : `for ${formatDuration(lifeMs)}`;
    return {
      summary: `${forward.address} → ${to}, open ${until}`,
      outputs: { address: forward.address, port: forward.port, ms },
    };
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    // From here on it belongs to the run, not to the step.
    signal.removeEventListener('abort', giveUp);
  }
}

/** Milliseconds until the first answer, or until the port was found open. Throws `Problem`. */
async function verify(
  http: Config['port-forward']['http'],
  { address }: Forward,
  place: Awaited<ReturnType<typeof podPortOf>>,
  context: StepContext,
): Promise<number> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  if (!http) {
    await checkPodPort(context.connection, place, context.waiting);
    return elapsed();
  }
  const { expect = 'status < 400', path = '/' } = http;
  const url = `http://${address}${context.render(path)}`;
  const answer = await sendRequest(
    { url, method: 'GET', headers: {}, body: undefined, host: undefined },
    context.waiting,
  ).catch(async (error: unknown) => {
    // Why the far end refused says more than that the connection was cut.
    await checkPodPort(context.connection, place, context.waiting);
    throw error;
  });
  const ms = elapsed();
  if (context.evaluate(expect, { ...answer }) === true) return ms;
  throw new Problem(`Through the port the answer was ${answer.status}, and that is not what was expected`, {
    evidence: [`expected: ${expect}`, `observed: status ${answer.status}`],
  });
}

function parts(to: string): { object: string; port: number | string } {
  const colon = to.lastIndexOf(':');
  const port = to.slice(colon + 1);
  if (colon < 0 || port === '') throw new Problem(`\`${to}\` names no port; write it like \`Service/backend:8000\``);
  return { object: to.slice(0, colon), port: /^\d+$/.test(port) ? Number(port) : port };
}

async function targetOf(
  { to, namespace }: { to: string; namespace?: string | undefined },
  { connection, ...context }: Pick<PreviewContext, 'connection' | 'namespace'>,
) {
  const { object, port } = parts(to);
  return { ref: await resolveObjectName(connection, object, namespace ?? context.namespace), port };
}
