import { makeChromaFiles } from './chromadb-files.ts';
import type { WorkloadImage } from './image.ts';
import { json } from './messages.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;

export const chromadb: WorkloadImage = {
  size: 190 * megabyte,
  start: (context) =>
    startServer(context, {
      ports: declaredPorts(context, 8000),
      baseCores: 0.008,
      memoryBytes: () => 148 * megabyte,
      starting: [
        { after: 700, line: 'Saving data to: /chroma/chroma' },
        { after: 900, line: 'Connect to Chroma at: http://localhost:8000' },
        { after: 100, line: 'OpenTelemetry is not enabled because it is missing from the config.' },
        { after: 100, line: 'Listening on 0.0.0.0:8000' },
      ],
      async onStarted() {
        const at = context.args.indexOf('--path');
        makeChromaFiles(await context.system.files(), at < 0 ? '/chroma/chroma' : (context.args[at + 1] ?? '/data'));
        return true;
      },
      handle({ url }) {
        if (url.startsWith('/api/v2/heartbeat')) return json(200, { 'nanosecond heartbeat': Date.now() * 1_000_000 });
        if (url.startsWith('/api/v2/version')) return json(200, '1.0.0');
        if (url.startsWith('/api/v2/healthcheck'))
          return json(200, { is_executor_ready: true, is_log_client_ready: true });
        return json(404, { error: 'NotFoundError', message: 'Not found' });
      },
      stopping: ['Terminating server: received SIGTERM'],
    }),
};
