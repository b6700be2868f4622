import { connect } from '../cluster/connect.ts';
import type { Connection } from '../cluster/connection.ts';
import type { GlobalOptions } from './options.ts';
import { chooseCluster } from './run-cluster.ts';

/** A connection to the cluster that a command line names. Throws `Problem`. */
export async function connectChosen(options: GlobalOptions): Promise<Connection> {
  return connect(await chooseCluster(options));
}
