import { ExitShell, type ShellState } from './state.ts';

/** How many commands of one container may be under way at once, those that wait for others included. */
const mostCommands = 1000;
const underWay = new WeakMap<ShellState['system'], number>();

/**
 * Runs a command as one of those of its container. A function that calls itself, or a bomb of forks, ends as it would on a machine
 * whose processes are limited: throws `ExitShell`.
 */
export async function counted(state: ShellState, run: () => Promise<number>): Promise<number> {
  const { system } = state;
  const count = (underWay.get(system) ?? 0) + 1;
  if (count > mostCommands) throw Object.assign(new ExitShell(2), { message: `${state.name}: Cannot fork` });
  underWay.set(system, count);
  try {
    return await run();
  } finally {
    underWay.set(system, (underWay.get(system) ?? 1) - 1);
  }
}
