import { connect, type Socket } from 'node:net';

/** The open socket of a run's process; undefined when none answers there. */
export function connectToRun(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      // A reader whose run dies sees the end of the stream; the error says nothing more.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}

/** Whether a run's process is there: its socket answers. */
export async function isRunning(path: string): Promise<boolean> {
  const socket = await connectToRun(path);
  socket?.destroy();
  return socket !== undefined;
}
