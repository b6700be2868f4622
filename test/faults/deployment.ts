import { connect } from '../../src/cluster/connect/connect.ts';
import type { ClusterChoice } from '../../src/cluster/connection.ts';
import { listObjects } from '../../src/cluster/objects.ts';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { type Finished, finishProgram } from '../cli/program-process.ts';
import { deployedKinds } from '../support/deployed-kinds.ts';

/** Given, not generated, so that two deployments can be compared to the last byte. */
export const secrets = {
  FAULTS_JWT_SECRET: 'a-signing-key-that-is-longer-than-32-bytes',
  FAULTS_PASSWORD: 'p4ssw0rd-of-the-database',
};
export const givenSecrets = [
  ...['--set-env', 'jwtSecret=FAULTS_JWT_SECRET'],
  ...['--set-env', 'postgresPassword=FAULTS_PASSWORD'],
];
export const deployment = ['run', 'tars/full-deployment', '--yes', '--set', 'loadTest=false', ...givenSecrets];

/** Starts a sandbox on which pods and controllers take next to no time; returns how to reach it. */
export async function startFastSandbox(): Promise<ClusterChoice & { kubeconfig: string }> {
  const { code, stdout, stderr } = await finishProgram(['sandbox', '--speed', '50']);
  const [, kubeconfig] = /KUBECONFIG=(\S+)/.exec(stdout) ?? [];
  if (code !== 0 || kubeconfig === undefined) throw new Error(`no sandbox: ${stderr}`);
  return { sandbox: true, context: 'sandbox', kubeconfig };
}

export async function stopSandbox(): Promise<void> {
  await finishProgram(['sandbox', 'stop']);
}

/** Takes everything away again, the data and the namespace too. */
export async function cleanUp(): Promise<Finished> {
  const named = ['--set', 'confirmName=tars', '--set', 'deleteVolumes=true'];
  return finishProgram(['run', 'tars/clean-up', '--sandbox', '--yes', ...named]);
}

/** What a server chooses anew each time. */
const chosen = new Set(['clusterIP', 'clusterIPs', 'volumeName', 'nodePort', 'healthCheckNodePort']);

/** What was asked of the cluster, by `Kind/name`: specs, data and labels without what the server chose. */
export async function deployedObjects(choice: ClusterChoice, namespace = 'tars'): Promise<Record<string, unknown>> {
  const connection = await connect({ ...choice, namespace });
  try {
    const found: Record<string, unknown> = {};
    for (const [apiVersion, kind] of deployedKinds)
      for (const object of await listObjects(connection, { apiVersion, kind, namespace })) {
        const { spec, data, metadata } = object as unknown as Record<string, Record<string, unknown>>;
        const wanted = { labels: metadata?.labels, spec, data };
        found[`${kind}/${metadata?.name}`] = JSON.parse(
          JSON.stringify(wanted, (key, value) => (chosen.has(key) ? undefined : value)),
        );
      }
    return found;
  } finally {
    connection.close();
  }
}

/** What is wrong with a journal: numbers that are missing, steps that were done and begun again, or that never ended. */
export function faultsOf(records: readonly RunRecord[]): string[] {
  const faults: string[] = [];
  const status = new Map<string, string>();
  for (const [index, record] of records.entries()) {
    if (record.seq !== index + 1) faults.push(`record ${index + 1} has the number ${record.seq}`);
    if (record.type === 'step-intent') {
      if (status.get(record.step) === 'done') faults.push(`${record.step} was done and is begun again`);
      status.set(record.step, 'open');
    } else if (record.type === 'step-result') status.set(record.step, record.status);
  }
  const bad = [...status].filter(([, now]) => now !== 'done' && now !== 'skipped');
  return [...faults, ...bad.map(([step, now]) => `${step} ended as ${now}`)];
}
