import { z } from 'zod';
import { messageOf } from '../../../../base/errors.ts';
import { shellWord } from '../../explain.ts';
import { sendRequest } from '../../http/answer.ts';
import { askedShape, oneIsAsked, oneIsAskedFault } from '../../http/asked.ts';
import { findDestination } from '../../http/destination.ts';
import { sendThroughProxy } from '../../http/through-proxy.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  http: z
    .strictObject(askedShape)
    .refine(oneIsAsked, oneIsAskedFault)
    .describe(
      'The answer to a GET: {status, headers, body, ms, error}; `status` is 0 where nobody answers, and `error` says why',
    ),
});
type Source = z.infer<typeof schema>;

/** What somebody answers, whatever it is: that nobody does is a finding as well. */
export const httpSource: SourceKind<Source> = {
  key: 'http',
  schema,
  needsCluster: ({ http: { url } }) => url === undefined,
  reaches: true,
  async read({ http }, context) {
    const startedAt = performance.now();
    const took = () => Math.round(performance.now() - startedAt);
    try {
      const { status, headers, body } = await ask(http, context);
      return { status, headers, body, ms: took(), error: '' };
    } catch (error) {
      context.signal.throwIfAborted();
      return { status: 0, headers: {}, body: '', ms: took(), error: messageOf(error) };
    }
  },
  commands({ http: { service, ingress, url, path = '/', namespace } }, usual) {
    const own = namespace ?? usual;
    if (url) return [`curl -sS -i ${shellWord(url)}`];
    if (service)
      return [`kubectl get --raw ${shellWord(`/api/v1/namespaces/${own}/services/${service}/proxy${path}`)}`];
    return [`kubectl get ingress ${shellWord(ingress ?? '')} -n ${own}`];
  },
};

async function ask({ headers = {}, ...wanted }: Source['http'], { connection, namespace, signal }: SourceContext) {
  const destination = await findDestination(wanted, connection, namespace, signal);
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  if (destination.through === 'proxy')
    return sendThroughProxy(
      { method: 'GET', path: destination.path, headers: sent, body: undefined },
      connection,
      signal,
    );
  const { url, host } = destination;
  return sendRequest({ url, method: 'GET', headers: sent, body: undefined, host }, signal);
}
