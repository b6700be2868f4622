import { loadRun } from '../../../src/cli/run-loading.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { diagnose as makeDiagnoses } from '../../../src/playbooks/diagnosis/diagnose.ts';
import { inOrder } from '../../../src/playbooks/diagnosis/rank.ts';
import type { Finding } from '../../../src/playbooks/finding.ts';

/** What these diagnoses of T.A.R.S. find on the cluster under test: what is not so, in the order in which it is shown. */
export async function diagnose(connection: Connection, ...names: string[]): Promise<Finding[]> {
  const loaded = names.map((name) =>
    loadRun({ playbook: `tars/diagnose-${name}`, workspace: '/', manifests: 'bundled' }),
  );
  const { causes, unread } = await makeDiagnoses(loaded, connection);
  const broken = unread.filter(({ finding }) => !/could not be read/.test(finding.observed));
  if (broken.length > 0) throw new Error(`findings that cannot be judged: ${JSON.stringify(broken, null, 1)}`);
  return inOrder(causes).map(({ finding }) => finding);
}
