import { loadRun } from '../../../src/cli/run-loading.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { resolveInputs } from '../../../src/playbooks/inputs.ts';
import { type InputReading, readInputs, withReading } from '../../../src/playbooks/inputs-from-cluster.ts';

/** A shipped playbook's inputs as a run on this cluster would have them: given ones, then what there is now, then defaults. */
export async function inputsNow(
  connection: Connection,
  ref: string,
  given: Record<string, string> = {},
): Promise<{ values: Record<string, string>; reading: InputReading }> {
  const { playbook } = loadRun({ playbook: ref, workspace: '/', manifests: 'bundled' });
  const reading = await readInputs(connection, playbook, connection.info.namespace);
  const sources = Object.entries(given).map(([name, value]) => ({ name, value, source: 'set' as const }));
  const { values } = resolveInputs(withReading(playbook, reading), sources);
  return {
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
    reading,
  };
}
