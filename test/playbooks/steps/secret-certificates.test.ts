import { expect, test } from 'vitest';
import { makeCertificate } from '../../../src/playbooks/steps/certificate/make.ts';
import { checkCertificates } from '../../../src/playbooks/steps/secret/certificates.ts';
import { generate } from '../../../src/playbooks/steps/secret/generate.ts';

const encoded = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
const wanted = [{ certificate: 'client_cert', key: 'client_key', authority: 'ca_cert' }];
const check = (data: Record<string, string>) => checkCertificates('Secret/tak is not written', wanted, encoded(data));

async function pair(days = 90) {
  const made = await makeCertificate(['detection-api'], days, 'TAK authority');
  return { client_cert: made.certificate, client_key: made.key, ca_cert: made.authority };
}

test('a pair that was made together passes, and it is said until when', async () => {
  const lines = check(await pair());
  expect(lines[0]).toMatch(/^client_cert: CN=detection-api, valid until \d{4}-\d\d-\d\d, (89|90) days$/);
  expect(lines).toHaveLength(2);
});

test('a key of another certificate, an expired one, a server’s in place of the authority’s and what is no PEM are refused by key', async () => {
  const [mine, other, old] = await Promise.all([pair(), pair(), pair(-1)]);
  const refusal = (data: Record<string, string>) => {
    try {
      return String(check(data));
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal({ ...mine, client_key: other.client_key })).toContain(
    'client_key is not the key of the certificate in client_cert',
  );
  expect(refusal(old)).toContain('the certificate in client_cert ended on');
  expect(refusal({ ...mine, ca_cert: other.client_cert })).toContain('ca_cert is not that of an authority');
  expect(refusal({ ...mine, client_cert: 'nothing' })).toContain('client_cert cannot be read');
  expect(refusal({ client_cert: mine.client_cert, ca_cert: mine.ca_cert })).toContain('client_key is missing');
  expect(check({ ...mine, ca_cert: other.ca_cert }).at(-1)).toContain('was not issued by ca_cert');
});

test('one that ends within a month is told about', async () => {
  expect(check(await pair(12))[0]).toContain('renew it soon');
});

test('a certificate that is made brings its key and its authority under their own names', async () => {
  const { value, beside = {} } = await generate({
    certificate: 'detection-api',
    key: 'client_key',
    authority: 'ca_cert',
  });
  expect(check({ client_cert: value, ...beside })).toHaveLength(2);
});
