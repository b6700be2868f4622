/**
 * Who listens to which channel. A connection of the sandbox has no end that a server could see, so that a subscriber says again
 * and again that it is there, and counts until its time is over.
 */
export interface Subscriptions {
  renew(channel: string, who: string, until: number): void;
  /** How many listen at this moment. */
  count(channel: string, now: number): number;
  channels(now: number): string[];
}

export function createSubscriptions(): Subscriptions {
  const known = new Map<string, Map<string, number>>();
  const listeners = (channel: string, now: number) => {
    const all = known.get(channel) ?? new Map<string, number>();
    for (const [who, until] of all) if (until <= now) all.delete(who);
    return all;
  };
  return {
    renew(channel, who, until) {
      const all = known.get(channel) ?? new Map<string, number>();
      known.set(channel, all.set(who, until));
    },
    count: (channel, now) => listeners(channel, now).size,
    channels: (now) => [...known.keys()].filter((channel) => listeners(channel, now).size > 0),
  };
}
