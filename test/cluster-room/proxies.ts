import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

export interface FakeProxy {
  url: string;
  /** Where clients wanted to go: `host:port`. */
  asked: string[];
  close(): void;
}

/** A proxy that tunnels by CONNECT, wherever one asks for, to one port of this machine. */
export async function startConnectProxy(port: number): Promise<FakeProxy> {
  const asked: string[] = [];
  const server = createHttpServer();
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return listening(server, 'http', asked);
}

/** The same by SOCKS 5 (RFC 1928) without a login; names are the proxy's to resolve. */
export async function startSocksProxy(port: number): Promise<FakeProxy> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request: Buffer) => {
        const length = request[4] ?? 0;
        const byName = request[3] === 3;
        const host = byName ? request.subarray(5, 5 + length).toString() : request.subarray(4, 8).join('.');
        asked.push(`${host}:${request.readUInt16BE(request.length - 2)}`);
        const onward = connect(port, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          onward.pipe(socket).pipe(onward);
        });
        onward.on('error', () => socket.destroy());
      });
    });
  });
  return listening(server, 'socks5', asked);
}

async function listening(server: Server, scheme: string, asked: string[]): Promise<FakeProxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, asked, close: () => void server.close() };
}
