import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns';
import { request as send } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { DelegateError } from '../../delegates.ts';
import { goQuoted } from '../../go-quoted.ts';
import { isObject, type Json } from '../../json.ts';
import type { Attributes } from './attributes.ts';
import { goWords } from './connection-words.ts';
import { readReview, reviewRequest } from './review.ts';
import type { Answer } from './reviews.ts';
import type { Webhook, WebhookService } from './webhook.ts';

interface Reply {
  status: number;
  text: string;
}

/** Asks a webhook. Never throws: a failure is said in the words of Go's client, which a real server passes on. */
export async function callWebhook(webhook: Webhook, attributes: Attributes): Promise<Answer> {
  if (webhook.reviewVersion === undefined)
    return {
      failure:
        'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
    };
  const uid = randomUUID();
  const review = {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${webhook.reviewVersion}`,
    request: reviewRequest(attributes, uid),
  };
  let answer: Json;
  try {
    const reply = await (webhook.service
      ? askService(webhook, webhook.service, attributes, review)
      : askUrl(webhook, new URL(webhook.url), JSON.stringify(review)));
    if (reply === standIn) return { response: { allowed: true, warnings: [standInWords(webhook)] } };
    answer = decode(reply);
  } catch (error) {
    return { failure: `failed to call webhook: ${(error as Error).message}` };
  }
  try {
    return { response: readReview(answer, uid, webhook) };
  } catch (error) {
    return { failure: `received invalid webhook response: ${(error as Error).message}` };
  }
}

function decode({ status, text }: Reply): Json {
  if (status < 200 || status > 206) throw new Error(refusalWords(status, text));
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error(`couldn't get version/kind; json parse error: ${text.slice(0, 100)}`);
  }
  if (!isObject(found)) throw new Error("couldn't get version/kind; json parse error");
  return found;
}

/** `apimachinery/pkg/api/errors NewGenericServerResponse` */
function refusalWords(status: number, text: string): string {
  if (status === 404) return 'the server could not find the requested resource';
  if (status === 503) return 'the server is currently unable to handle the request';
  if (status >= 500)
    return `an error on the server (${goQuoted(text || 'unknown')}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}

/** An answer is a few lines; with a patch, as large as an object may be. */
const longestAnswer = 4 * 1024 * 1024;

/** A cluster that is only tried must not send what it is given, Secrets among it, to wherever a manifest says. */
const elsewhere = 'the sandbox asks webhooks of this machine only';

function isHere(address: string): boolean {
  return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Only addresses of this machine are connected to, whatever name they have. */
const lookupHere: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, found) => {
    const here = (found ?? []).filter(({ address }) => isHere(address));
    const [first] = here;
    if (error || !first) return done(error ?? new Error(elsewhere), '', 0);
    if (options.all) return done(null, here);
    done(null, first.address, first.family);
  });
};

async function askUrl({ timeoutSeconds, authority }: Webhook, url: URL, body: string): Promise<Reply> {
  url.searchParams.set('timeout', `${timeoutSeconds}s`);
  const tell = (why: string) => new Error(`Post ${goQuoted(String(url))}: ${why}`);
  // Node looks up no name for an address.
  if (isIP(hostOf(url)) !== 0 && !isHere(hostOf(url))) throw tell(elsewhere);
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, */*' };
    // A connection of its own: those that are kept end with the server under test, and were never its own.
    const options = {
      ...{ method: 'POST', headers, signal, agent: false, lookup: lookupHere },
      ...(authority ? { ca: authority } : {}),
    };
    const asking = send(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > longestAnswer) asking.destroy(new Error('the answer has no end'));
      });
      response.on('error', (error) => reject(tell(goWords(error, signal, url))));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asking.on('error', (error) => reject(tell(goWords(error, signal, url))));
    asking.end(body);
  });
}

const standIn = Symbol('a program that stands in');

/**
 * Asks who stands behind a Service. Programs of the sandbox speak no TLS, so the question goes to them without it; those that
 * stand in for an image know nothing of reviews, and let everything through.
 */
async function askService(
  { timeoutSeconds }: Webhook,
  { namespace, name, port, path }: WebhookService,
  { context }: Attributes,
  review: Json,
): Promise<Reply | typeof standIn> {
  const query = `?timeout=${timeoutSeconds}s`;
  const url = `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}${query}`;
  const tell = (why: string) => new Error(`Post ${goQuoted(url)}: ${why}`);
  const service = context.store.get('/services', namespace, name);
  if (!service) throw tell(`service ${goQuoted(name)} not found`);
  const { clusterIP = '' } = service.spec as { clusterIP?: string };
  const refused = tell(`dial tcp ${clusterIP}:${port}: connect: connection refused`);
  if (!context.delegates.proxyService) throw refused;
  try {
    const answer = await context.delegates.proxyService({
      ...{ namespace, name, port: String(port), method: 'POST', path: `${path || '/'}${query}` },
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(review)),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const text = String(answer.body);
    return /"kind"\s*:\s*"AdmissionReview"/.test(text) ? { status: answer.status, text } : standIn;
  } catch (error) {
    if (error instanceof DelegateError) throw refused;
    throw tell((error as Error).message);
  }
}

function standInWords({ name }: Webhook): string {
  return `the sandbox does not run the program behind the webhook ${goQuoted(name)}: it was not asked`;
}
