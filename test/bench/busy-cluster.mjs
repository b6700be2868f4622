// A process of its own that answers like an API server with 200 pods; told so on its standard input, it changes them a
// thousand times a second. It costs little, so that what is measured beside it is the console.
import { createServer } from 'node:http';

const [podCount, changesPerSecond] = [200, 1000];
const watches = new Set();
let version = 1000;
let made = 0;
let timer;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://bench');
  const json = (body, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (searchParams.get('watch') && searchParams.get('watch') !== 'false') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (!pathname.endsWith('/pods')) return;
    watches.add(response);
    response.on('close', () => watches.delete(response));
  } else if (pathname === '/version') json({ major: '1', minor: '36', gitVersion: 'v1.36.0' });
  else if (pathname.endsWith('/pods') && pathname.startsWith('/api/v1'))
    json(table(Array.from({ length: podCount }, (_, i) => row(i, 0))));
  else if (pathname.endsWith('/horizontalpodautoscalers'))
    json({
      kind: 'HorizontalPodAutoscalerList',
      apiVersion: 'autoscaling/v2',
      metadata: { resourceVersion: '1' },
      items: [],
    });
  else if (pathname.endsWith('/events')) json(table([]));
  else
    json(
      { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'not found', reason: 'NotFound', code: 404 },
      404,
    );
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
process.stdin.on('data', (command) => {
  if (String(command).startsWith('go')) return start();
  clearInterval(timer);
  process.stdout.write(`${JSON.stringify({ made })}\n`);
});
process.stdin.on('end', () => process.exit());

function start() {
  made = 0;
  const began = performance.now();
  timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * changesPerSecond);
    let events = '';
    for (; made < due; made += 1)
      events += `${JSON.stringify({ type: 'MODIFIED', object: table([row(made % podCount, made)]) })}\n`;
    for (const watch of watches) watch.write(events);
  }, 5);
}

function table(rows) {
  const names = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: String(version) },
    columnDefinitions: names.map((name) => ({ name, type: 'string', format: '', description: '', priority: 0 })),
    rows,
  };
}

/** As a watch of a Table with includeObject=None sends it: the cells, and the resourceVersion to go on from. */
function row(index, restarts) {
  version += 1;
  const cells = [`pod-${index}`, '1/1', 'Running', String(restarts), '5h', '10.0.0.1', 'node-1', '<none>', '<none>'];
  return {
    cells,
    object: {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: String(version) },
    },
  };
}
