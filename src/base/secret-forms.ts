const armour = /^-{3,}.*-{3,}$/;
/** A line of a value of several lines is a secret of its own when it says enough. */
const shortestLine = 8;

/** All texts as which a secret may turn up in output; the shortest may be too short to be looked for. */
export function formsOf(secret: string): Set<string> {
  const forms = new Set<string>();
  for (const value of [secret, secret.trim(), ...linesOf(secret)]) {
    if (value.length < 4) continue;
    for (const form of [...textForms(value), ...byteForms(value)]) forms.add(form);
  }
  return forms;
}

/** The lines of a key or a certificate, each of which may be printed by itself; BEGIN and END say nothing. */
function linesOf(secret: string): string[] {
  if (!/[\r\n]/.test(secret.trim())) return [];
  return secret
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestLine && !armour.test(line));
}

function textForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  // Go's encoder, and with it kubectl's output, escapes what HTML would take for markup.
  const goJson = json.replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    value,
    json,
    goJson,
    JSON.stringify(json).slice(1, -1),
    ...urlForms(value),
    // Inside of '…', of "…", and as a bare word.
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[$`"\\]/g, '\\$&'),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    // YAML's single quotes.
    value.replaceAll("'", "''"),
  ];
}

function urlForms(value: string): string[] {
  const whole = wellFormed(value);
  const component = encodeURIComponent(whole);
  const strict = component.replace(/[!'()*]/g, percent);
  const form = new URLSearchParams({ v: whole }).toString().slice(2);
  const path = encodeURI(whole);
  return [component, strict, form, path, strict.replaceAll('%20', '+')].flatMap((one) => [one, lowerPercents(one)]);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function lowerPercents(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

// Half of a surrogate pair cannot be encoded.
function wellFormed(value: string): string {
  return Buffer.from(value).toString();
}

function byteForms(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const forms = [hex, hex.toUpperCase(), ...both(bytes.toString('base64')), bytes.toString('base64url')];
  // Inside a larger value base64 starts at one of three offsets; the characters that depend on the neighbours are left out.
  for (let offset = 0; offset < 3; offset += 1) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const first = offset === 0 ? 0 : offset + 1;
    const inner = shifted.toString('base64').slice(first, Math.floor((shifted.length * 8) / 6));
    if (inner.length >= 6) forms.push(...both(inner));
  }
  return forms;
}

/** base64 in its two alphabets. */
function both(text: string): string[] {
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
}
