import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { issuanceOf } from '../../../src/playbooks/steps/certificate/issuance.ts';
import { causeOf } from '../../../src/playbooks/steps/certificate/issuance-cause.ts';

const object = (kind: string, name: string, status: object, spec: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  spec,
  status,
});

describe('the way of a certificate', () => {
  it('is told from request to challenge, and complained about from the authority back', () => {
    const challenge = object(
      'Challenge',
      'c',
      { state: 'pending', reason: 'lookup a.dev: no such host' },
      { dnsName: 'a.dev', type: 'HTTP-01' },
    );
    const pending = { type: 'Ready', status: 'False', reason: 'Pending', message: 'Waiting on order' };
    const told = issuanceOf({
      certificate: object('Certificate', 'web', {}),
      request: object('CertificateRequest', 'web-1', { conditions: [pending] }),
      order: object('Order', 'web-1-7', { state: 'pending' }),
      challenges: [challenge],
    });
    expect(told.steps).toEqual([
      'request web-1: Pending',
      'order web-1-7: pending',
      'challenge HTTP-01 of a.dev: pending, lookup a.dev: no such host',
    ]);
    expect(told.complaints).toEqual(['lookup a.dev: no such host', 'Waiting on order']);
  });

  it('is empty where nothing has begun', () => {
    const none = { certificate: undefined, request: undefined, order: undefined, challenges: [] };
    expect(issuanceOf(none)).toEqual({ steps: [], complaints: [] });
  });
});

// As cert-manager writes them into its objects.
it.each([
  [
    'Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued',
    'limit',
  ],
  ['400 urn:ietf:params:acme:error:rejectedIdentifier: Cannot issue for "tars.local"', 'not a public one'],
  ['Failed to register ACME account: 400 urn:ietf:params:acme:error:invalidContact: contact email', 'e-mail'],
  ['403 urn:ietf:params:acme:error:caa: CAA record for a.dev prevents issuance', 'CAA'],
  ['DNS problem: NXDOMAIN looking up A for a.dev', 'DNS does not know'],
  [
    'Get "http://a.dev/.well-known/acme-challenge/x": dial tcp: lookup a.dev on 10.96.0.10:53: no such host',
    'DNS does not',
  ],
  ["wrong status code '404', expected '200'", 'somebody else'],
  ['Get "http://a.dev/": dial tcp 1.2.3.4:80: connect: connection refused', 'port 80'],
  ['context deadline exceeded (Client.Timeout exceeded while awaiting headers)', 'port 80'],
  ['Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "x" not found', 'issuer is not there'],
])('what is said becomes a cause: %s', (said, cause) => {
  expect(causeOf([said])?.cause).toContain(cause);
});

it('what nobody knows is left to the objects’ own words', () => {
  expect(causeOf(['something new'])).toBeUndefined();
});
