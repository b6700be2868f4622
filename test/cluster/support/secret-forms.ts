/** A secret with characters that every encoding changes. */
export function markedSecret(): string {
  return `Mk7"q+&é ${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
}

/** The forms in which a secret turns up: as it is, in JSON, in a URL, in base64 alone and inside of more, in hexadecimal. */
export function formsOfSecret(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret);
  const inside = (before: string) => Buffer.concat([Buffer.from(before), bytes, Buffer.from('zz')]).toString('base64');
  return {
    plain: secret,
    json: JSON.stringify({ password: secret }),
    url: `https://x.example/?key=${encodeURIComponent(secret)}`,
    base64: bytes.toString('base64'),
    base64url: bytes.toString('base64url'),
    'base64 inside of more': `${inside('')} ${inside('a')} ${inside('ab')}`,
    hexadecimal: bytes.toString('hex'),
  };
}

/** The forms of a secret that stand in a text. Of base64 inside of more the part that does not depend on what is around it. */
export function formsIn(text: string, secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inner = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return whole.slice(before === 0 ? 0 : 4, Math.floor(((before + bytes.length) * 8) / 24) * 4);
  });
  const needles: Record<string, string[]> = {
    plain: [secret, secret.slice(9)],
    json: [JSON.stringify(secret).slice(1, -1)],
    url: [encodeURIComponent(secret)],
    base64: inner,
    base64url: inner.map((part) => part.replaceAll('+', '-').replaceAll('/', '_')),
    hexadecimal: [bytes.toString('hex')],
  };
  return Object.keys(needles).filter((form) => needles[form]?.some((needle) => text.includes(needle)));
}
