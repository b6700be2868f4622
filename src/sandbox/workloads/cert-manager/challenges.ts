import { faultFor } from './faults.ts';
import type { Challenge } from './resources.ts';
import { setStatus, type World } from './world.ts';

const presentMs = 1500;
const checkMs = 2000;
/** How often the self check is repeated while it fails. */
const againMs = 10_000;

/** Shows the answer to a challenge, checks from here that it can be seen, and has the ACME server look. */
export async function reconcileChallenge(world: World, challenge: Challenge): Promise<void> {
  const { state, processing, presented, reason = '' } = challenge.status ?? {};
  if (state === 'valid' || state === 'invalid') return;
  if (!processing) {
    await setStatus(world, challenge, { ...challenge.status, state: 'pending', processing: true, presented: false });
    return world.report(challenge, 'Normal', 'Started', 'Challenge scheduled for processing');
  }
  if (!due(world, challenge, presented ? (reason === '' ? checkMs : againMs) : presentMs)) return;
  if (!presented) {
    await setStatus(world, challenge, { ...challenge.status, presented: true });
    const message = 'Presented challenge using HTTP-01 challenge mechanism';
    return world.report(challenge, 'Normal', 'Presented', message);
  }
  const trouble = selfCheck(world, challenge);
  if (trouble) {
    const waiting = `Waiting for HTTP-01 challenge propagation: ${trouble}`;
    await setStatus(world, challenge, { ...challenge.status, reason: waiting });
    return world.again(world.shorten(againMs));
  }
  await accept(world, challenge);
}

async function accept(world: World, challenge: Challenge): Promise<void> {
  const { dnsName, token } = challenge.spec;
  const problem = world.acme.validate(dnsName, token, faultFor(world, challenge, [dnsName]));
  if (problem) {
    const reason = `Error accepting authorization: acme: authorization error for ${dnsName}: ${problem.message}`;
    world.report(challenge, 'Warning', 'Failed', `Accepting challenge authorization failed: ${problem.message}`);
    return setStatus(world, challenge, { state: 'invalid', reason, processing: false, presented: false });
  }
  world.report(challenge, 'Normal', 'DomainVerified', `Domain "${dnsName}" verified with "HTTP-01" validation`);
  const reason = 'Successfully authorized domain';
  await setStatus(world, challenge, { state: 'valid', reason, processing: false, presented: false });
}

/** Why the answer cannot be seen from here, in the words of Go's HTTP client. */
function selfCheck(world: World, { metadata, spec, ...challenge }: Challenge): string | undefined {
  const { dnsName, token, solver } = spec;
  const url = `http://${dnsName}/.well-known/acme-challenge/${token}`;
  const unseen = (why: string) => `failed to perform self check GET request '${url}': Get "${url}": ${why}`;
  const { ingressClassName, class: annotated } = solver.http01?.ingress ?? {};
  const className = ingressClassName ?? annotated;
  if (className && !world.find('IngressClass', undefined, className))
    return unseen('dial tcp 198.51.100.7:80: connect: connection refused');
  switch (faultFor(world, { ...challenge, metadata, spec }, [dnsName])) {
    case 'dns-missing':
      return unseen(`dial tcp: lookup ${dnsName} on 10.96.0.10:53: no such host`);
    case 'unreachable':
      return unseen('dial tcp 198.51.100.7:80: i/o timeout (Client.Timeout exceeded while awaiting headers)');
    case 'wrong-answer':
      return "wrong status code '404', expected '200'";
    default:
      return undefined;
  }
}

/** Whether so much time has passed since the last time; asks to be looked at again when not. */
function due(world: World, { metadata }: Challenge, ms: number): boolean {
  const { times } = world;
  const key = metadata.uid ?? metadata.name;
  const since = times.get(key) ?? world.now();
  times.set(key, since);
  const left = since + world.shorten(ms) - world.now();
  if (left > 0) {
    world.again(left);
    return false;
  }
  times.set(key, world.now());
  return true;
}
