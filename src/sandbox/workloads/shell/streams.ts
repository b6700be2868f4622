/** Where a program reads from. */
export interface Input {
  /** The next bytes; undefined at the end. */
  read(): Promise<Buffer | undefined>;
  /** Gives bytes back that were read too far. */
  unread(bytes: Buffer): void;
}

/** Where a program writes to. Throws `BrokenPipe` when nobody reads any more. */
export interface Output {
  write(data: string | Buffer): void;
}

export class BrokenPipe extends Error {}

/** Both ends of a pipe; what is written waits until it is read. */
export interface Pipe extends Input, Output {
  /** No more is written. */
  end(): void;
  /** No more is read. */
  close(): void;
}

export function createPipe(): Pipe {
  const chunks: Buffer[] = [];
  let ended = false;
  let closed = false;
  let wake = () => {};
  return {
    async read() {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk) return chunk;
        if (ended || closed) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    unread(bytes) {
      if (bytes.length > 0) chunks.unshift(bytes);
    },
    write(data) {
      if (closed) throw new BrokenPipe('Broken pipe');
      if (ended || data.length === 0) return;
      chunks.push(Buffer.from(data));
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    close() {
      closed = true;
      chunks.length = 0;
      wake();
    },
  };
}

/** These bytes and then the end. */
export function inputOf(data: string | Buffer): Input {
  const pipe = createPipe();
  pipe.write(data);
  pipe.end();
  return pipe;
}

/** Collects everything up to a number of bytes; after that it counts as a pipe that nobody reads any more. */
export function createCollector(most = 256 * 1024 * 1024): Output & { bytes(): Buffer } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    write(data) {
      size += data.length;
      if (size > most) throw new BrokenPipe('Broken pipe');
      chunks.push(Buffer.from(data));
    },
    bytes: () => Buffer.concat(chunks),
  };
}

export async function readAll(input: Input): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let chunk = await input.read(); chunk; chunk = await input.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** One line without its end; undefined at the end of the input. */
export async function readLine(input: Input): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for (let chunk = await input.read(); chunk; chunk = await input.read()) {
    const at = chunk.indexOf(10);
    if (at >= 0) {
      chunks.push(chunk.subarray(0, at));
      input.unread(chunk.subarray(at + 1));
      return Buffer.concat(chunks).toString();
    }
    chunks.push(chunk);
  }
  return chunks.length > 0 ? Buffer.concat(chunks).toString() : undefined;
}
