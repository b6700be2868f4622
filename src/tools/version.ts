/** `v3.14.2`, `4.2`, `OpenSSH_9.6p1`: the numbers of it; a missing one counts as 0. */
export type Version = readonly [major: number, minor: number, patch: number];

/** The first version in what a program says about itself. Undefined where there is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /(?<![\d.])v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/** Below 0 when the first is older, above 0 when it is newer. */
export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

export function formatVersion(version: Version): string {
  return version.join('.');
}
