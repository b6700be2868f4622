import { X509Certificate } from 'node:crypto';

interface ConnectionError extends Error {
  code?: string;
  cert?: { raw?: Buffer };
}

const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

/** Why an HTTPS request failed, in the words of Go's `net/http`, `crypto/tls` and `crypto/x509`. */
export function goWords(error: ConnectionError, signal: AbortSignal, url: URL): string {
  if (signal.aborted) return 'context deadline exceeded';
  const at = `dial tcp ${url.hostname}:${url.port || '443'}`;
  if (error.code === 'ECONNREFUSED') return `${at}: connect: connection refused`;
  if (error.code === 'EHOSTUNREACH') return `${at}: connect: no route to host`;
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return `dial tcp: lookup ${url.hostname}: no such host`;
  if (error.code === 'ECONNRESET') return 'EOF';
  if (error.code === 'EPROTO' || error.code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return 'http: server gave HTTP response to HTTPS client';
  if (error.code && untrusted.has(error.code))
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  if (error.code === 'CERT_HAS_EXPIRED')
    return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: ${names(error, url)}`;
  return error.message;
}

function names({ cert }: ConnectionError, { hostname }: URL): string {
  const found = cert?.raw ? new X509Certificate(cert.raw).subjectAltName : undefined;
  const known = (found ?? '').split(', ').map((one) => one.replace(/^[^:]*:/, ''));
  return `x509: certificate is valid for ${known.join(', ')}, not ${hostname}`;
}
