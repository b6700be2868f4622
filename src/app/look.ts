/** How many lines a box over the screen has, and how many of them are seen. */
export interface DialogLook {
  lines: number;
  height: number;
}

/** What keys need to know of what is drawn at the moment: it lives outside the state because it follows the cluster. */
export interface Look {
  /** Names of the pods in the order of their pane, filtered. */
  pods(): readonly string[];
  /** Names of the autoscalers. */
  autoscalers(): readonly string[];
  /** How many pods the system's autoscaler had at a moment, in milliseconds since 1970. */
  replicasAt(at: number): number | undefined;
  /** Lines of the scrolled screen, and how many of them are seen. */
  lines: number;
  height: number;
  dialog: DialogLook;
}

export const emptyLook: Look = {
  pods: () => [],
  autoscalers: () => [],
  replicasAt: () => undefined,
  lines: 0,
  height: 1,
  dialog: { lines: 0, height: 1 },
};
