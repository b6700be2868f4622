import { connect } from '../cluster/connect/connect.ts';
import type { Connection } from '../cluster/connection.ts';
import { logIn } from './log-in.ts';
import type { GlobalOptions } from './options.ts';
import { chooseCluster } from './run-cluster.ts';

/** A connection to the cluster that a command line names. Throws `Problem`. */
export async function connectChosen(options: GlobalOptions): Promise<Connection> {
  const cluster = await chooseCluster(options);
  await logIn(cluster);
  return connect(cluster);
}
