/** Aborted by the first Ctrl-C or SIGTERM, so that what is open can be closed; `free` gives both back to Node. */
export function interruptSignal(): { signal: AbortSignal; free(): void } {
  const controller = new AbortController();
  const end = () => controller.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  return {
    signal: controller.signal,
    free: () => void process.off('SIGINT', end).off('SIGTERM', end),
  };
}
