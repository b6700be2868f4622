import type { Condition } from '../../../kubernetes/condition.ts';
import type { KubernetesObject, OwnerReference } from '../../../kubernetes/object.ts';

/** The kinds that cert-manager serves, as far as the stand-in fulfils them: https://cert-manager.io/docs/reference/api-docs/ */
export interface IssuerRef {
  name: string;
  kind?: string;
  group?: string;
}

export interface Solver {
  http01?: { ingress?: { ingressClassName?: string; class?: string } };
}

export interface Issuer extends KubernetesObject {
  spec: {
    selfSigned?: object;
    ca?: { secretName: string };
    acme?: { server: string; email?: string; privateKeySecretRef: { name: string }; solvers?: Solver[] };
  };
  status?: { conditions?: Condition[]; acme?: { uri?: string; lastRegisteredEmail?: string } };
}

export interface Certificate extends KubernetesObject {
  spec: {
    secretName: string;
    issuerRef: IssuerRef;
    dnsNames?: string[];
    commonName?: string;
    /** Like `2160h`; 90 days unless said. */
    duration?: string;
    renewBefore?: string;
    isCA?: boolean;
    privateKey?: { algorithm?: 'RSA' | 'ECDSA' | 'Ed25519' };
  };
  status?: CertificateStatus;
}

export interface CertificateStatus {
  conditions?: Condition[];
  notBefore?: string;
  notAfter?: string;
  renewalTime?: string;
  revision?: number;
  nextPrivateKeySecretName?: string;
  lastFailureTime?: string;
  failedIssuanceAttempts?: number;
}

export interface CertificateRequest extends KubernetesObject {
  spec: { request: string; issuerRef: IssuerRef; duration?: string; isCA?: boolean };
  status?: { conditions?: Condition[]; certificate?: string; ca?: string; failureTime?: string };
}

export interface Order extends KubernetesObject {
  spec: { request: string; issuerRef: IssuerRef; dnsNames?: string[]; commonName?: string };
  status?: OrderStatus;
}

export interface OrderStatus {
  state?: OrderState;
  reason?: string;
  url?: string;
  finalizeURL?: string;
  certificate?: string;
  failureTime?: string;
  authorizations?: Authorization[];
}

type OrderState = 'pending' | 'ready' | 'processing' | 'valid' | 'invalid' | 'errored' | 'expired';

export interface Authorization {
  url: string;
  identifier: string;
  wildcard: boolean;
  initialState: string;
  challenges: { type: string; token: string; url: string }[];
}

export interface Challenge extends KubernetesObject {
  spec: {
    url: string;
    authorizationURL: string;
    dnsName: string;
    type: string;
    token: string;
    key: string;
    wildcard: boolean;
    solver: Solver;
    issuerRef: IssuerRef;
  };
  status?: { state?: string; reason?: string; processing?: boolean; presented?: boolean };
}

export interface Secret extends KubernetesObject {
  data?: Record<string, string>;
}

const paths: Record<string, string> = {
  Issuer: '/apis/cert-manager.io/v1/issuers',
  ClusterIssuer: '/apis/cert-manager.io/v1/clusterissuers',
  Certificate: '/apis/cert-manager.io/v1/certificates',
  CertificateRequest: '/apis/cert-manager.io/v1/certificaterequests',
  Order: '/apis/acme.cert-manager.io/v1/orders',
  Challenge: '/apis/acme.cert-manager.io/v1/challenges',
  Ingress: '/apis/networking.k8s.io/v1/ingresses',
  IngressClass: '/apis/networking.k8s.io/v1/ingressclasses',
  Secret: '/api/v1/secrets',
};

/** The kinds that are followed. */
export const followedKinds: readonly string[] = Object.keys(paths);

/** Where all objects of a kind are, of one namespace or of all. */
export function pathOfKind(kind: string, namespace?: string): string {
  const path = paths[kind] ?? '';
  if (namespace === undefined) return path;
  const at = path.lastIndexOf('/');
  return `${path.slice(0, at)}/namespaces/${namespace}${path.slice(at)}`;
}

export function pathOfObject({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${pathOfKind(kind, metadata.namespace)}/${metadata.name}`;
}

/** As an owner that the garbage collector follows. */
export function controllerReference({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

/** Milliseconds of a duration as Go writes it: `2160h`, `1h30m`. */
export function durationMs(text: string | undefined, otherwise: number): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };
  const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.length === 0) return otherwise;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
}
