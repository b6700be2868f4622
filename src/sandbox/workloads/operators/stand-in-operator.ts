import type { WorkloadImage, WorkloadProcess } from '../image.ts';
import { text } from '../messages.ts';
import { declaredPorts, startServer } from '../server-process.ts';
import { startOperator } from './operator.ts';

const megabyte = 1024 * 1024;

/**
 * Stands in for operators: fulfils custom resources by what its arguments name (`--serve=postgresql`), by the API and with its
 * ServiceAccount's token, as any controller in a pod does. What it makes is real as far as it goes, and says that it stands in.
 */
export const standInOperator: WorkloadImage = {
  size: 18 * megabyte,
  start(context) {
    const served = context.args.flatMap((one) => (one.startsWith('--serve=') ? one.slice(8).split(',') : []));
    let operator: ReturnType<typeof startOperator> | undefined;
    const server = startServer(context, {
      ports: declaredPorts(context, 8080),
      baseCores: 0.003,
      memoryBytes: () => 36 * megabyte,
      starting: [{ after: 300, line: `starting an operator (a stand-in) for ${served.join(', ')}` }],
      onStarted: () => {
        operator = startOperator(context, served);
        return true;
      },
      handle({ url }) {
        const page = operator?.page(new URL(url, 'http://operator').pathname);
        return text(200, page ?? 'ok\n');
      },
      stopping: ['shutting down'],
    });
    return endingAfter(server, () => operator?.end());
  },
};

/** A server that ends something else before itself. */
export function endingAfter(server: WorkloadProcess, end: () => void): WorkloadProcess {
  return {
    ...server,
    stop() {
      end();
      return server.stop();
    },
    kill() {
      end();
      server.kill();
    },
  };
}
