/** A number of bytes as people read it: `12.5 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Calls at most four times a second, for progress of something that moves fast. */
export function limited<T extends unknown[]>(say: (...args: T) => void): (...args: T) => void {
  let saidAt = 0;
  return (...args) => {
    if (Date.now() - saidAt < 250) return;
    saidAt = Date.now();
    say(...args);
  };
}
