import type { WorkloadImage, WorkloadProcess } from '../image.ts';
import { text } from '../messages.ts';
import { startServer } from '../server-process.ts';
import { startController } from './controller.ts';

const megabyte = 1024 * 1024;
const metricsPort = 9402;
const healthPort = 9403;

/**
 * cert-manager's controller: fulfils Issuers, Certificates, Orders and Challenges with real certificates, of authorities that it
 * makes itself. What it writes into the objects is what cert-manager writes; what it asks nobody for is DNS and Let's Encrypt.
 */
export const certManagerController: WorkloadImage = {
  size: 22 * megabyte,
  start(context) {
    let end: (() => Promise<void>) | undefined;
    const namespace = argument(context.args, '--cluster-resource-namespace') ?? context.namespace;
    const options = {
      clusterNamespace: namespace === '$(POD_NAMESPACE)' ? context.namespace : namespace,
      leaseNamespace: argument(context.args, '--leader-election-namespace') ?? 'kube-system',
    };
    const server = startServer(context, {
      ports: [metricsPort, healthPort],
      baseCores: 0.005,
      memoryBytes: () => 42 * megabyte,
      starting: [
        { after: 200, line: 'starting cert-manager controller (a stand-in)' },
        { after: 300, line: 'attempting to acquire leader lease' },
      ],
      onStarted: () => {
        end = startController(context, options);
        return true;
      },
      handle: (request) => text(200, request.url.startsWith('/livez') ? 'ok' : ''),
      stopping: ['shutting down'],
    });
    return endingAfter(server, () => end?.() ?? Promise.resolve());
  },
};

function argument(args: readonly string[], name: string): string | undefined {
  return args.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
}

function endingAfter(server: WorkloadProcess, end: () => Promise<void>): WorkloadProcess {
  return {
    ...server,
    async stop() {
      await end();
      return server.stop();
    },
    kill() {
      void end();
      server.kill();
    },
  };
}
