import { expect } from 'vitest';
import type { Connection } from '../../../src/cluster/connection.ts';
import type { Finding } from '../../../src/playbooks/finding.ts';
import { inputsNow } from './read-inputs.ts';
import { endsOf, openPlaybook, troubleOf } from './run-playbook.ts';

/** How a run ended. */
export interface RunNow {
  status: string;
  trouble: string;
  /** How each step ended, by its id. */
  ends: Record<string, string>;
  findings: Finding[];
}

/** Runs a playbook with the inputs that the cluster answers for and these, all of its steps or only some. */
export async function runNow(
  connection: Connection,
  ref: string,
  given: Record<string, string> = {},
  only?: readonly string[],
): Promise<RunNow> {
  const { values } = await inputsNow(connection, ref, given);
  const playbook = await openPlaybook(connection, ref, values, '/', only ? { only } : {});
  const { status, records } = await playbook.run(await playbook.plan());
  const findings = records.flatMap((one) => (one.type === 'step-result' ? (one.findings ?? []) : []));
  return { status, trouble: troubleOf(records), ends: endsOf(records), findings };
}

/** The same, and expects that it gets to its end. */
export async function doneNow(...parts: Parameters<typeof runNow>): Promise<RunNow> {
  const done = await runNow(...parts);
  expect(done.status, done.trouble).toBe('done');
  return done;
}
