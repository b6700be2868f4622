import { printableLine } from '../../base/printable.ts';
import { pad, wrap } from '../../ui/text.ts';
import type { Symbols } from '../../ui/theme.ts';
import type { Tone, ToneLine } from '../tone-line.ts';
import { type AccessAnswer, type AccessPoint, type CertificateSeen, needsHosts } from './access-point.ts';

type Sign = 'ok' | 'warn' | 'bad';

/** Columns before the text of a line: indent, sign, label. */
const labelWidth = 14;
const textFrom = labelWidth + 4;

/** One thing as lines of at most `width` columns: its sign and label, and its text beside them, never below them. */
export function labelled(
  { label, text, sign, tone = sign }: { label: string; text: string; sign?: Sign; tone?: Tone | undefined },
  symbols: Symbols,
  width: number,
): ToneLine[] {
  const room = Math.max(20, width - textFrom);
  return wrap(printableLine(text), room).map((part, index) => ({
    text: `${index === 0 ? `  ${sign ? symbols[sign] : ' '} ${pad(label, labelWidth)}` : ' '.repeat(textFrom)}${part}`,
    tone: tone === 'ok' ? undefined : tone,
  }));
}

/** A way in as lines of at most `width` columns: what is fine, what is not, and what to type. Text is made printable. */
export function accessLines(point: AccessPoint, symbols: Symbols, width = Number.POSITIVE_INFINITY): ToneLine[] {
  const line: Line = (label, text, sign, tone) =>
    labelled({ label, text, ...(sign ? { sign } : {}), ...(tone ? { tone } : {}) }, symbols, width);
  const { answer, curl, urls } = point;
  return [
    { text: printableLine(`${point.title}: ${point.object}, path ${point.path}`), tone: 'title' as const },
    ...addressLines(point, line),
    ...hostLines(point, line),
    ...answerLines(answer, line),
    ...(answer?.reached && answer.certificate ? certificateLines(answer.certificate, line) : []),
    ...credentialLines(point, line),
    ...urls.flatMap((url, index) => line(index === 0 ? 'URL' : '', url, undefined, index === 0 ? 'info' : undefined)),
    ...(curl ? line(needsHosts(point) ? 'meanwhile' : 'by hand', curl) : []),
  ];
}

type Line = (label: string, text: string, sign?: Sign, tone?: Tone) => ToneLine[];

const ways: Record<AccessPoint['way'], string> = {
  published: ' (opened on this machine by the sandbox)',
  address: '',
  'node-port': ' (a port on every node)',
  none: '',
};

function addressLines({ way, addresses, trouble, forward }: AccessPoint, line: Line): ToneLine[] {
  if (way !== 'none') return line('address', `${addresses.join(', ')}${ways[way]}`, 'ok');
  const instead = forward ? line('', `A port-forward to ${forward.service}:${forward.port} leads there meanwhile`) : [];
  return [...line('address', `none: ${trouble ?? 'not known'}`, 'bad'), ...instead];
}

/** Without the password: who wants to see it asks for it. */
function credentialLines({ credentials }: AccessPoint, line: Line): ToneLine[] {
  if (!credentials) return [];
  const { secret, username, password, trouble } = credentials;
  const from = `from the Secret ${secret}`;
  return [
    ...(username === undefined ? [] : line('user', username)),
    ...(password === 'there'
      ? line('password', `there, ${from}`, 'ok')
      : line('password', `${trouble ?? 'not known'}: ${secret}`, 'warn')),
  ];
}

function hostLines(point: AccessPoint, line: Line): ToneLine[] {
  const { hosts, hostsLine } = point;
  const lines = hosts.flatMap(({ name, resolves, right }) => {
    const found = resolves.length === 0 ? 'not known on this machine' : `is ${resolves.join(', ')} here`;
    if (name.startsWith('*'))
      return line('host', `${name}: any name in place of the star; /etc/hosts knows no such lines`);
    if (hostsLine === undefined) return line('host', `${name}: ${found}`);
    const elsewhere = resolves.length > 0 && !right ? ', which is another address' : '';
    return line('host', `${name}: ${found}${elsewhere}`, right ? 'ok' : 'warn');
  });
  if (!needsHosts(point) || hostsLine === undefined) return lines;
  const wrong = hosts.some(({ resolves, right }) => resolves.length > 0 && !right);
  return [
    ...lines,
    ...line('hosts line', hostsLine, undefined, 'info'),
    ...(wrong
      ? line('', 'Names that lead elsewhere: correct their line in /etc/hosts, or the DNS entry')
      : line('as root', `echo '${hostsLine}' | sudo tee -a /etc/hosts`)),
  ];
}

function answerLines(answer: AccessAnswer | undefined, line: Line): ToneLine[] {
  if (!answer) return [];
  if (!answer.reached) return line('answer', `none: ${answer.reason}`, 'bad');
  const { status, ms, location } = answer;
  const to = location === undefined ? '' : `, leads to ${location}`;
  return line('answer', `status ${status} in ${ms} ms${to}`, status < 400 ? 'ok' : status < 500 ? 'warn' : 'bad');
}

/** Below these days one should know why it was not renewed yet: cert-manager renews when a third of its life is left. */
const soonDays = 14;

/** What ingress-nginx and Traefik show when they have nothing better. */
const defaultCertificates = /Ingress Controller Fake Certificate|TRAEFIK DEFAULT CERT/;

function certificateLines(certificate: CertificateSeen, line: Line): ToneLine[] {
  const { subject, issuer, expires, days, selfSigned, trusted, forHost } = certificate;
  const until = days < 0 ? `EXPIRED on ${expires.slice(0, 10)}` : `until ${expires.slice(0, 10)}, ${days} days left`;
  const by = selfSigned ? 'self-signed' : `by ${issuer}`;
  const faults = [
    ...(forHost ? [] : ['it is not for this name']),
    ...(trusted || selfSigned || !forHost ? [] : ['this machine does not trust who signed it']),
  ];
  const sign: Sign = days < 0 ? 'bad' : trusted && days >= soonDays ? 'ok' : 'warn';
  const more = defaultCertificates.test(subject)
    ? ['The ingress controller shows its own: the Secret that the Ingress names under `tls` is not there yet']
    : selfSigned
      ? ['A browser will warn: nobody but the server itself vouches for it']
      : [];
  return [
    ...line('certificate', [`${subject}, ${by}, ${until}`, ...faults].join('; '), sign),
    ...more.flatMap((text) => line('', text)),
  ];
}
