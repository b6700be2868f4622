import type { WorkloadImage } from './image.ts';
import { json, text } from './messages.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;

export const ollama: WorkloadImage = {
  size: 1600 * megabyte,
  start: (context) =>
    startServer(context, {
      ports: declaredPorts(context, 11434),
      baseCores: 0.004,
      memoryBytes: () => 410 * megabyte,
      starting: [
        {
          after: 500,
          line: () => `time=${new Date().toISOString()} level=INFO source=images.go:518 msg="total blobs: 0"`,
        },
        {
          after: 400,
          line: () =>
            `time=${new Date().toISOString()} level=INFO source=routes.go:1528 msg="Listening on [::]:11434 (version 0.12.3)"`,
        },
        {
          after: 600,
          line: () =>
            `time=${new Date().toISOString()} level=INFO source=types.go:131 msg="inference compute" library=cpu`,
        },
      ],
      handle({ url }) {
        if (url === '/') return text(200, 'Ollama is running');
        if (url.startsWith('/api/version')) return json(200, { version: '0.12.3' });
        if (url.startsWith('/api/tags')) return json(200, { models: [] });
        return json(404, { error: 'not found' });
      },
    }),
};
