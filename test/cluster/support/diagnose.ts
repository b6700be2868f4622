import { loadRun } from '../../../src/cli/run-loading.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { diagnose as makeDiagnoses } from '../../../src/playbooks/diagnosis/diagnose.ts';
import { inOrder } from '../../../src/playbooks/diagnosis/rank.ts';
import type { Finding } from '../../../src/playbooks/finding.ts';
import type { LoadedRun } from '../../../src/playbooks/runs/loaded-run.ts';

const known = new Map<string, LoadedRun>();

/** Each is read once: that takes longer than making it. */
function load(name: string): LoadedRun {
  const loaded =
    known.get(name) ?? loadRun({ playbook: `tars/diagnose-${name}`, workspace: '/', manifests: 'bundled' });
  known.set(name, loaded);
  return loaded;
}

/** What these diagnoses of T.A.R.S. find on the cluster under test: what is not so, in the order in which it is shown. */
export async function diagnose(connection: Connection, ...names: string[]): Promise<Finding[]> {
  const { causes, unread } = await makeDiagnoses(names.map(load), connection);
  const broken = unread.filter(({ finding }) => !/could not be read/.test(finding.observed));
  if (broken.length > 0) throw new Error(`findings that cannot be judged: ${JSON.stringify(broken, null, 1)}`);
  return inOrder(causes).map(({ finding }) => finding);
}
