import type { CredentialsSeen, WantedCredentials } from './credentials.ts';

/** A way in, as `system.yaml` writes it. */
export interface WantedAccess {
  title: string;
  path: string;
  host?: string | undefined;
  ingress?: string | undefined;
  /** `backend-service:8000` */
  service?: string | undefined;
  /** Of an Ingress: the Service that a port-forward leads to; else the one behind its rules. */
  forward?: string | undefined;
  /** Where it lies, when that is not the system's namespace. */
  namespace?: string | undefined;
  credentials?: WantedCredentials | undefined;
}

/** A certificate as a server showed it. */
export interface CertificateSeen {
  subject: string;
  issuer: string;
  /** ISO 8601. */
  expires: string;
  /** Whole days until then; negative when they have passed. */
  days: number;
  selfSigned: boolean;
  /** By this machine's authorities, and for the name that was asked. */
  trusted: boolean;
  /** It names the host that was asked. */
  forHost: boolean;
}

export type AccessAnswer =
  | { reached: true; status: number; ms: number; location?: string; certificate?: CertificateSeen }
  | { reached: false; reason: string };

/** A name that the Ingress answers to, and what this machine makes of it. */
export interface AccessHost {
  name: string;
  /** Addresses that this machine finds; empty when it knows none. */
  resolves: readonly string[];
  /** One of them is the system's. */
  right: boolean;
}

/** How one URL is tried: the address that is called, and the URL that a browser would be given. */
export interface AccessUrl {
  url: string;
  /** Where it is dialled, whatever the name resolves to. */
  address: string;
  port: number;
}

/** Where a port-forward would lead. */
export interface ForwardPlace {
  service: string;
  port: number | string;
  /** Where it is not in the system's namespace. */
  namespace?: string | undefined;
}

export type AccessWay = 'published' | 'address' | 'node-port' | 'none';

/** One way in, as the cluster has it. Text is raw. */
export interface AccessPlace {
  /** `Ingress/tars-ingress` */
  object: string;
  way: AccessWay;
  /** IP addresses, or names that a load balancer was given. */
  addresses: readonly string[];
  /** Why there is no address. */
  trouble?: string;
  hosts: readonly string[];
  /** The first is the one to open. */
  urls: readonly AccessUrl[];
  forward: ForwardPlace | undefined;
}

/** A way in with everything that was found out about it. */
export interface AccessPoint extends Omit<AccessPlace, 'hosts' | 'urls'> {
  title: string;
  path: string;
  hosts: readonly AccessHost[];
  /** For /etc/hosts: an address and all names; undefined where there is nothing to write. */
  hostsLine: string | undefined;
  urls: readonly string[];
  /** Reaches the first URL whatever the names resolve to. */
  curl: string | undefined;
  answer: AccessAnswer | undefined;
  /** With what people log in, without the password. */
  credentials?: CredentialsSeen;
}

/** Whether something must be written into /etc/hosts before the URL can be opened here. */
export function needsHosts({ hosts, hostsLine }: Pick<AccessPoint, 'hosts' | 'hostsLine'>): boolean {
  return hostsLine !== undefined && hosts.some(({ right }) => !right);
}
