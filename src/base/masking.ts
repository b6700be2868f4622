const maskText = '••••••';

export interface Masker {
  /** From now on this value, and its base64 and URL-encoded forms, are hidden. Values under four characters are not. */
  add(secret: string): void;
  mask(text: string): string;
}

/** Hides secrets by value, in whatever form they turn up; the one sink of all output passes its text through it. */
export function createMasker(): Masker {
  const hidden = new Set<string>();
  let longestFirst: string[] = [];
  return {
    add(secret) {
      if (secret.length < 4) return;
      for (const form of formsOf(secret)) hidden.add(form);
      longestFirst = [...hidden].sort((a, b) => b.length - a.length);
    },
    mask(text) {
      let masked = text;
      for (const form of longestFirst) if (masked.includes(form)) masked = masked.split(form).join(maskText);
      return masked;
    },
  };
}

function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  // Inside a larger value base64 starts at one of three offsets; the characters that depend on the neighbours are left out.
  for (let offset = 0; offset < 3; offset += 1) {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const first = offset === 0 ? 0 : offset + 1;
    const whole = Math.floor((bytes.length * 8) / 6);
    const inner = bytes.toString('base64').slice(first, whole);
    if (inner.length >= 6) forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  const exact = Buffer.from(secret).toString('base64');
  forms.push(exact, exact.replace(/=+$/, ''), Buffer.from(secret).toString('hex'));
  return [...new Set(forms)].filter((form) => form.length >= 4);
}
