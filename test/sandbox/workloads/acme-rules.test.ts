import { expect, it } from 'vitest';
import {
  checkContact,
  checkIdentifiers,
  faultOfHost,
  refusalOf,
} from '../../../src/sandbox/workloads/cert-manager/acme-rules.ts';

it.each([
  ['tars.local', /public suffix/],
  ['tars', /at least one dot/],
  ['10.0.0.7', /IP address/],
  ['tars.home.arpa', /public suffix/],
  ['www.example.com', /forbidden by policy/],
  ['tars.123', /public suffix/],
])('%s is no name that Let’s Encrypt issues for', (host, why) => {
  expect(refusalOf(host)).toMatch(why);
});

it.each(['tars-console.dev', 'api.demo.tars-console.dev', '*.tars-console.dev', 'a.xn--p1ai'])('%s is one', (host) => {
  expect(refusalOf(host)).toBeUndefined();
});

it('an order with several wrong names names the first, and how many more there are', () => {
  expect(() => checkIdentifiers(['tars.local', 'api.tars.local', 'tars-console.dev'])).toThrow(
    /^400 urn:ietf:params:acme:error:rejectedIdentifier: .*"tars.local".*\(and 1 more problems/,
  );
  expect(() => checkIdentifiers(['tars-console.dev'])).not.toThrow();
});

it('a contact that nobody can write to is refused', () => {
  expect(() => checkContact('admin@tars.local')).toThrow(/invalidContact/);
  expect(() => checkContact('you@example.com')).toThrow(/forbidden domain/);
  expect(() => checkContact('operator@tars-console.dev')).not.toThrow();
});

it('a host says by a label of its own what is to go wrong with it', () => {
  expect(faultOfHost('dns-missing.tars-console.dev')).toBe('dns-missing');
  expect(faultOfHost('tars-console.dev')).toBeUndefined();
});
