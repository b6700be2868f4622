/** Keeps the beginning of a stream, up to a number of bytes. */
export interface OutputKeeper {
  push(chunk: Buffer): void;
  text(): string;
  truncated(): boolean;
}

export function createOutputKeeper(maxBytes: number): OutputKeeper {
  const chunks: Buffer[] = [];
  let kept = 0;
  let more = false;
  return {
    push(chunk) {
      const part = chunk.subarray(0, Math.max(0, maxBytes - kept));
      if (part.length < chunk.length) more = true;
      if (part.length > 0) chunks.push(part);
      kept += part.length;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
    truncated: () => more,
  };
}
