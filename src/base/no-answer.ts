import { messageOf } from './errors.ts';

const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that address from here',
  ENETUNREACH: 'there is no way to that network from here',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'it took too long to connect',
  EPROTO: 'what answers there does not speak TLS',
  UND_ERR_CONNECT_TIMEOUT: 'it took too long to connect',
  UND_ERR_SOCKET: 'the connection was closed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody known here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** Why a request had no answer, in words: the codes are those of Node and undici. */
export function whyNoAnswer(error: unknown): string {
  const { code } = error as { code?: string };
  return (code && reasons[code]) ?? messageOf(error);
}
