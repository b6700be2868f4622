/** What a whole file begins and ends with. */
export interface Ends {
  begins?: string | undefined;
  /** A line that stands among the last ones: tools write a few more behind it. */
  complete?: string | undefined;
}

const kept = 4096;

/** The last bytes of what came so far. */
export function lastBytes(before: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  if (chunk.length >= kept) return Buffer.from(chunk.subarray(-kept));
  return Buffer.from(Buffer.concat([before, chunk]).subarray(-kept));
}

/** Why it is not whole, as a half sentence; undefined when it is. */
export function endsFault({ begins, complete }: Ends, head: Buffer, tail: Buffer): string | undefined {
  if (begins !== undefined && !head.subarray(0, Buffer.byteLength(begins)).equals(Buffer.from(begins)))
    return `it does not begin with ${JSON.stringify(begins)}`;
  if (complete === undefined) return undefined;
  const lines = tail.toString('utf8').split(/\r?\n/);
  return lines.includes(complete) ? undefined : `the line ${JSON.stringify(complete)} is not among its last ones`;
}
