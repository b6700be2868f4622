import type { ForwardPlace } from '../cluster/access/access-point.ts';

/** How many lines a box over the screen has, and how many of them are seen. */
export interface DialogLook {
  lines: number;
  height: number;
}

/** What can be done with a way into the system. */
export interface AccessLook {
  /** For /etc/hosts, where this machine does not know the names yet. */
  hostsLine: string | undefined;
  /** What a browser is given: of the Ingress or Service, else of an open port-forward. */
  url: string | undefined;
  forward: ForwardPlace | undefined;
  /** There is a password that can be shown. */
  password?: boolean;
}

/** What keys need to know of what is drawn at the moment: it lives outside the state because it follows the cluster. */
export interface Look {
  /** Names of the pods in the order of their pane, filtered. */
  pods(): readonly string[];
  /** Names of the autoscalers. */
  autoscalers(): readonly string[];
  /** How many pods the system's autoscaler had at a moment, in milliseconds since 1970. */
  replicasAt(at: number): number | undefined;
  /** The ways into the system, as keys act on them. */
  access(): readonly AccessLook[];
  /** Places of a Prometheus that were found, and the one that is asked. */
  prometheus(): { found: readonly string[]; asked: string | undefined };
  /** Lines of the scrolled screen, and how many of them are seen. */
  lines: number;
  height: number;
  dialog: DialogLook;
}

export const emptyLook: Look = {
  pods: () => [],
  autoscalers: () => [],
  replicasAt: () => undefined,
  access: () => [],
  prometheus: () => ({ found: [], asked: undefined }),
  lines: 0,
  height: 1,
  dialog: { lines: 0, height: 1 },
};
