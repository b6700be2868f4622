/** Counts events and says how many a second there were over the last ten seconds. */
export function createRequestRate(now: () => number = Date.now): { count(): void; rate(): number } {
  const windowMs = 10_000;
  let times: number[] = [];
  const started = now();
  const forget = () => {
    const oldest = now() - windowMs;
    const first = times.findIndex((time) => time > oldest);
    if (first !== 0) times = first === -1 ? [] : times.slice(first);
  };
  return {
    count() {
      forget();
      times.push(now());
    },
    rate() {
      forget();
      // A connection younger than the window divides by its age, but not by less than a second.
      const seconds = Math.min(windowMs, Math.max(1000, now() - started)) / 1000;
      return times.length / seconds;
    },
  };
}
