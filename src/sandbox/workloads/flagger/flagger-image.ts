import type { ProcessContext, WorkloadImage } from '../image.ts';
import { text } from '../messages.ts';
import { startOperator } from '../operators/operator.ts';
import { endingAfter } from '../operators/stand-in-operator.ts';
import { declaredPorts, startServer } from '../server-process.ts';
import { flagger } from './canaries.ts';

const megabyte = 1024 * 1024;

/**
 * Stands in for Flagger: takes over the Deployments that Canaries name, and promotes a new version or takes it back by what its pods
 * count themselves, as no Prometheus is there. It writes the same phases and weights; traffic is split by nobody.
 */
export const flaggerImage: WorkloadImage = {
  size: 20 * megabyte,
  start(context) {
    const named = context.args.find((one) => /^--?selector-labels=/.test(one))?.split('=')[1];
    const selectorLabels = (named ?? 'app,name,app.kubernetes.io/name').split(',');
    const service = flagger({ selectorLabels, scrape: (address, port) => scrape(context, address, port) });
    let operator: ReturnType<typeof startOperator> | undefined;
    const server = startServer(context, {
      ports: declaredPorts(context, 8080),
      baseCores: 0.003,
      memoryBytes: () => 38 * megabyte,
      starting: [{ after: 300, line: 'Starting flagger (a stand-in)' }],
      onStarted: () => {
        operator = startOperator(context, [service]);
        return true;
      },
      handle: () => text(200, 'ok'),
      stopping: ['Shutting down operator workers'],
    });
    return endingAfter(server, () => operator?.end());
  },
};

async function scrape(context: ProcessContext, address: string, port: number): Promise<string | undefined> {
  const request = { method: 'GET', url: '/metrics', headers: {}, body: '', remoteAddress: '127.0.0.1' };
  const answer = await context
    .dial(address, port)
    ?.request(request)
    .catch(() => undefined);
  return answer && String(answer.body);
}
