import { loadRun } from '../../../src/cli/run-loading.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { diagnose } from '../../../src/playbooks/diagnosis/diagnose.ts';
import { inOrder } from '../../../src/playbooks/diagnosis/rank.ts';
import type { Finding } from '../../../src/playbooks/finding.ts';
import type { LoadedRun } from '../../../src/playbooks/runs/loaded-run.ts';

const known = new Map<string, LoadedRun>();

/** Each is read once: that takes longer than making it. */
function load(system: string, playbook: string): LoadedRun {
  const key = `${system} ${playbook}`;
  const wanted = playbook.startsWith('cluster/') ? system : undefined;
  const loaded = known.get(key) ?? loadRun({ playbook, system: wanted, workspace: '/', manifests: 'bundled' });
  known.set(key, loaded);
  return loaded;
}

/** What a diagnosis of a system, its own or one that all share, finds on the cluster under test; a finding that cannot be judged fails. */
export async function diagnoseFor(connection: Connection, system: string, playbook: string): Promise<Finding[]> {
  const { causes, unread } = await diagnose([load(system, playbook)], connection);
  const broken = unread.filter(({ finding }) => !/could not be read/.test(finding.observed));
  if (broken.length > 0) throw new Error(`findings that cannot be judged: ${JSON.stringify(broken, null, 1)}`);
  return inOrder(causes).map(({ finding }) => finding);
}

/** Looks until the first finding is the one that is waited for, for a minute at most; `meanwhile` is done before each look. */
export async function untilFirst(
  connection: Connection,
  { system, playbook, id }: { system: string; playbook: string; id: string },
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Finding[]> {
  const deadline = Date.now() + 60_000;
  await meanwhile();
  let found = await diagnoseFor(connection, system, playbook);
  while (found[0]?.id !== id && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await meanwhile();
    found = await diagnoseFor(connection, system, playbook);
  }
  return found;
}
