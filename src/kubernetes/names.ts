/** Without vowels and look-alikes (`apimachinery/pkg/util/rand`), so that no words come about. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const longestBase = 58;

/** The five characters behind a `generateName`. */
export function nameSuffix(random: () => number = Math.random): string {
  let suffix = '';
  while (suffix.length < 5) suffix += alphabet[Math.floor(random() * alphabet.length)];
  return suffix;
}

/** A name from a `generateName`: the base cut to 58 characters, then five random ones. */
export function generateName(base: string, random?: () => number): string {
  return `${base.slice(0, longestBase)}${nameSuffix(random)}`;
}

/**
 * The `pod-template-hash` of a template: FNV-1a over its content with sorted keys, in the same alphabet as generated names.
 * The number differs from the real controller's, which hashes Go's memory layout; its properties are the same: equal
 * templates have equal hashes, and a collision count changes it.
 */
export function templateHash(template: unknown, collisionCount = 0): string {
  let hash = 0x811c9dc5;
  const text = canonical(template) + (collisionCount > 0 ? `#${collisionCount}` : '');
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return safeEncode(String(hash));
}

/** `rand.SafeEncodeString` */
function safeEncode(text: string): string {
  return [...text].map((character) => alphabet[character.charCodeAt(0) % alphabet.length]).join('');
}

/** JSON with sorted keys, without what is undefined, null or empty: what means the same reads the same. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    const entries = Object.entries(item).filter(([, field]) => field !== null && field !== undefined);
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
