import { formatAge } from '../../base/duration.ts';
import { exitCodes, Problem, type ProblemDetails } from '../../base/errors.ts';
import { printableLine } from '../../base/printable.ts';
import { quoteWord } from '../../tools/shell-quote.ts';

/** Who keeps a run from starting. JSON, as the run's process tells it to the one that started it. */
export interface LockRefusal {
  system: string;
  /** `dead`: its holder is gone, and somebody may take it over. */
  state: 'held' | 'dead';
  run: string;
  /** It is the run that was to go on: another process of it does already. */
  itself?: boolean;
  who: string;
  host: string;
  /** ISO 8601, by the holder's clock. */
  since: string;
  /** The run's folder is here: it can be followed, or resumed. */
  local: boolean;
  /** What was watched; as long as it is this one, nobody needs to watch it again. */
  resourceVersion: string;
  why: string;
}

/** Another run holds the system. */
export class LockProblem extends Problem {
  readonly lock: LockRefusal;

  constructor(lock: LockRefusal, details: ProblemDetails & { message: string } = describeRefusal(lock, Date.now())) {
    super(details.message, details);
    this.lock = lock;
  }
}

/** Whoever may write the Lease chose it, and it stands in commands that people copy. */
function shownId(run: string): string {
  return /^[A-Za-z0-9][\w.-]*$/.test(run) ? run : quoteWord(printableLine(run));
}

function describeRefusal(lock: LockRefusal, now: number): ProblemDetails & { message: string } {
  const { system, state, itself, who, since, local, why } = lock;
  const run = shownId(lock.run);
  const age = Number.isNaN(Date.parse(since)) ? '' : `, since ${since} (${formatAge(now - Date.parse(since))} ago)`;
  const evidence = [`run ${run} of ${who}${age}`];
  const exitCode = exitCodes.failed;
  if (state === 'held')
    return {
      message: itself ? 'This run goes on already, in another process' : `Another run holds ${system} on this cluster`,
      evidence,
      next: local
        ? [`tars-console follow ${run}`, `tars-console stop ${run}`]
        : [`Wait until it has ended, or ask ${who}; it can be followed on ${lock.host}`],
      exitCode,
    };
  return {
    message: `A run that is gone still holds ${system} on this cluster: ${why}`,
    evidence,
    next: [
      local
        ? `Go on with it: tars-console resume ${run}`
        : `On ${lock.host} it goes on with: tars-console resume ${run}`,
      `Or take over what it left, with what you wanted to run and --take-over ${run}`,
    ],
    exitCode,
  };
}
