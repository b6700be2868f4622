/** nginx' `limit_req` with `nodelay`: a leaky bucket per address that lets `burst` above the rate through at once. */
export interface RequestLimit {
  /** Requests a second. */
  rate: number;
  burst: number;
}

/** `limit-rps` and `limit-rpm` with `limit-burst-multiplier` (5 unless said), as ingress-nginx reads them. */
export function requestLimits(annotations: Readonly<Record<string, string>> | undefined): RequestLimit[] {
  const read = (name: string) => Number(annotations?.[`nginx.ingress.kubernetes.io/${name}`]);
  const multiplier = read('limit-burst-multiplier') || 5;
  const limits: RequestLimit[] = [];
  for (const [name, seconds] of [
    ['limit-rps', 1],
    ['limit-rpm', 60],
  ] as const) {
    const count = read(name);
    if (count > 0) limits.push({ rate: count / seconds, burst: count * multiplier });
  }
  return limits;
}

/** Says whether a request of this address may pass now (ms); by `ngx_http_limit_req_lookup`. */
export function createRequestLimiter(limits: readonly RequestLimit[]): (address: string, now: number) => boolean {
  const buckets = limits.map(() => new Map<string, { excess: number; last: number }>());
  return (address, now) => {
    const next: { bucket: Map<string, { excess: number; last: number }>; excess: number }[] = [];
    for (const [index, limit] of limits.entries()) {
      const bucket = buckets[index];
      if (!bucket) continue;
      if (bucket.size > 10_000) bucket.clear();
      const known = bucket.get(address);
      const excess = known ? Math.max(0, known.excess - (limit.rate * (now - known.last)) / 1000 + 1) : 0;
      if (excess > limit.burst) return false;
      next.push({ bucket, excess });
    }
    for (const { bucket, excess } of next) bucket.set(address, { excess, last: now });
    return true;
  };
}
