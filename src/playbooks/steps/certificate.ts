import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { deleteObject } from '../../cluster/objects.ts';
import type { PlanContext, PreviewContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import { awaitIssued } from './certificate/await-issued.ts';
import { endpointOf, judge, shownBy } from './certificate/check.ts';
import { putCertificate, stateOf, type WantedCertificate } from './certificate/secret.ts';
import { kubectlTimeout, renderKnown, shellWord } from './explain.ts';

const host = z.string().regex(/^[A-Za-z0-9.*:-]+$|\$\{\{/, 'a host name or an address');
const shape = {
  certificate: z
    .union([
      z
        .strictObject({
          secret: z.string().min(1).describe('Name of the TLS Secret that it is put into'),
          hosts: z.array(host).min(1).describe('Names and addresses that it is for'),
          days: z.number().int().min(1).max(825).optional().describe('How long it is valid; 365 unless said'),
          renew: z
            .number()
            .int()
            .min(0)
            .optional()
            .describe('Made anew when it ends within so many days; 30 unless said'),
          authority: z
            .string()
            .min(1)
            .optional()
            .describe('Name of the authority that is made for it; one of another is made anew then'),
        })
        .describe('A certificate of an authority made for it alone; clients trust its `ca.crt` when they are told to'),
      z
        .strictObject({
          ready: z
            .string()
            .regex(/^(Certificate|Issuer|ClusterIssuer)\/[^/\s]+$|\$\{\{/, 'it is written like `Certificate/web-tls`')
            .describe('A cert-manager `Certificate`, `Issuer` or `ClusterIssuer` that must become ready'),
        })
        .describe('What cert-manager makes'),
      z
        .strictObject({
          check: z.string().min(1).describe('`host:port`; port 443 unless said'),
          name: host.optional().describe('The name that is asked for, when it is another than the host'),
          days: z
            .number()
            .int()
            .min(0)
            .optional()
            .describe('A warning when it ends within so many days; 30 unless said'),
          'any-authority': z
            .boolean()
            .optional()
            .describe('An authority that this machine does not know is good enough'),
        })
        .describe('What an endpoint shows'),
    ])
    .describe('A TLS certificate'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Written = Config['certificate'];
type SelfMade = Extract<Written, { secret: string }>;

/** Makes a certificate, waits for cert-manager's, or looks at what an endpoint shows. Private keys are never on a disk. */
export const certificateStep: StepKind<Config> = {
  name: 'certificate',
  description: 'Makes a TLS certificate, waits for one of cert-manager, or checks what an endpoint shows',
  shape,
  effects: 'cluster',
  // A name that is looked up is told to whoever keeps it.
  reaches: ({ certificate }) => 'check' in certificate,
  outputs: { expires: 'string', days: 'double', issuer: 'string', names: 'list', action: 'string' },
  async access({ certificate }) {
    if ('check' in certificate) return [];
    if ('secret' in certificate)
      return [{ verbs: ['get', 'create', 'patch'], apiVersion: 'v1', kind: 'Secret', name: certificate.secret }];
    const [kind = '', name] = certificate.ready.split('/');
    return [{ verbs: ['get', 'list', 'watch'], apiVersion: 'cert-manager.io/v1', kind, name }];
  },
  async plan({ certificate }, context) {
    const written = renderKnown(context, certificate);
    if ('check' in written)
      return { certainty: 'previewed', summary: `looks at what ${written.check} shows`, changes: [] };
    if ('ready' in written)
      return { certainty: 'previewed', summary: `waits until ${written.ready} is ready`, changes: [] };
    const wanted = wantedOf(written);
    const { existed, reason, facts } = await stateOf(wanted, context);
    const object = `Secret/${wanted.secret}`;
    const { namespace } = context;
    if (reason === undefined)
      return {
        certainty: 'previewed',
        summary: `good until ${facts?.expires}`,
        changes: [{ object, namespace, action: 'unchanged' }],
      };
    const fields = ['tls.crt', 'tls.key', 'ca.crt'].map((key) => ({
      path: `data.${key}`,
      ...(existed ? { before: '(hidden)', after: '(hidden, changed)' } : { after: '(hidden)' }),
    }));
    const action = existed ? ('update' as const) : ('create' as const);
    const summary = `makes a certificate for ${wanted.hosts.join(', ')}, valid for ${wanted.days} days: ${reason}`;
    return { certainty: 'previewed', summary, changes: [{ object, namespace, action, fields }] };
  },
  async probe({ certificate }, context) {
    const written = context.render(certificate);
    if (!('secret' in written)) return { done: false, reason: 'it is looked at again' };
    const { reason, facts } = await stateOf(wantedOf(written), context);
    return { done: reason === undefined, reason: reason ?? `good until ${facts?.expires}` };
  },
  async before({ certificate }, context) {
    const written = context.render(certificate);
    return 'secret' in written ? { existed: (await stateOf(wantedOf(written), context)).existed } : {};
  },
  async run({ certificate }, context) {
    const written = context.render(certificate);
    if ('check' in written) return check(written, context);
    return 'ready' in written ? awaitIssued(written.ready, context) : make(wantedOf(written), context);
  },
  async equivalent({ certificate }, context) {
    return commands(renderKnown(context, certificate), context);
  },
  async planUndo({ certificate }, { namespace }, before) {
    if (!('secret' in certificate))
      return { certainty: 'previewed', summary: 'there is nothing to take back', changes: [] };
    const object = `Secret/${certificate.secret}`;
    if (wasThere(before))
      return {
        certainty: 'previewed',
        summary: `the former certificate of ${object} cannot be restored: its key was not kept`,
        changes: [],
      };
    return { certainty: 'previewed', summary: `deletes ${object}`, changes: [{ object, namespace, action: 'delete' }] };
  },
  async undo({ certificate }, context, before) {
    const written = context.render(certificate);
    if (!('secret' in written)) return { status: 'skipped', summary: 'there is nothing to take back' };
    if (wasThere(before))
      return { status: 'skipped', summary: 'the former certificate cannot be restored: its key was not kept' };
    const { connection, namespace, signal } = context;
    await deleteObject(connection, { apiVersion: 'v1', kind: 'Secret', name: written.secret, namespace }, { signal });
    return { summary: `Secret/${written.secret} deleted` };
  },
};

async function make(wanted: WantedCertificate, context: StepContext): Promise<StepResult> {
  const { existed, reason, facts } = await stateOf(wanted, context);
  if (reason === undefined && facts)
    return { summary: `Secret/${wanted.secret} is good until ${facts.expires}`, outputs: outputsOf(facts, 'kept') };
  const made = await putCertificate(wanted, context);
  const action = existed ? 'renewed' : 'created';
  return {
    summary: `Secret/${wanted.secret} ${action}, valid until ${made.expires}`,
    outputs: outputsOf(made, action),
  };
}

async function check(written: Extract<Written, { check: string }>, context: StepContext): Promise<StepResult> {
  const endpoint = endpointOf(written.check, written.name);
  const shown = await shownBy(endpoint, context.waiting);
  const options = { days: written.days ?? 30, anyAuthority: written['any-authority'] === true };
  const { findings, facts } = judge(shown, endpoint, options);
  const wrong = findings.filter(({ level }) => level === 'fatal');
  const evidence = wrong.map(({ title, expected, observed }) => `${title}: expected ${expected}, observed ${observed}`);
  return {
    status: wrong.length > 0 ? 'not-met' : 'done',
    summary: `${written.check}: ${facts.days} days left, of ${facts.issuer}`,
    findings,
    outputs: outputsOf(facts, 'checked'),
    ...(evidence.length > 0 ? { evidence } : {}),
  };
}

function wantedOf({ secret, hosts, days = 365, renew = 30, authority }: SelfMade): WantedCertificate {
  if (renew >= days)
    throw new Problem(`A certificate of ${days} days would be renewed at once when \`renew\` is ${renew}`);
  const ofAuthority = authority !== undefined;
  return { secret, hosts, days, renew, authority: authority ?? `${hosts[0]} authority`, ofAuthority };
}

function outputsOf(
  { expires, days, issuer, names }: { expires: string; days: number; issuer: string; names: string[] },
  action: string,
) {
  return { expires, days, issuer, names, action };
}

function wasThere(before: unknown): boolean {
  return (before as { existed?: boolean } | undefined)?.existed !== false;
}

function commands(written: Written, { namespace }: Pick<PlanContext | PreviewContext, 'namespace'>): string[] {
  if ('check' in written) {
    const at = /:\d+$/.test(written.check) ? written.check : `${written.check}:443`;
    const name = written.name ?? at.replace(/:\d+$/, '');
    return [
      `openssl s_client -connect ${shellWord(at)} -servername ${shellWord(name)} </dev/null | openssl x509 -noout -dates -issuer -ext subjectAltName`,
    ];
  }
  if ('ready' in written)
    return [
      `kubectl wait --for=condition=Ready ${written.ready.toLowerCase()} -n ${namespace}${kubectlTimeout(300_000)}`,
    ];
  const names = written.hosts.map((one) => `${/^[0-9.]+$|:/.test(one) ? 'IP' : 'DNS'}:${one}`).join(',');
  return [
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days ${written.days ?? 365} -subj ${shellWord(`/CN=${written.hosts[0]}`)} -addext ${shellWord(`subjectAltName=${names}`)} -keyout tls.key -out tls.crt`,
    `kubectl create secret tls ${written.secret} -n ${namespace} --cert=tls.crt --key=tls.key && rm tls.key`,
  ];
}
