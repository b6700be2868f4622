import type { ClusterSession, Services } from '../app/services.ts';
import { createAccessFeed } from '../cluster/access/access-feed.ts';
import { revealPassword } from '../cluster/access/credentials.ts';
import { createForwards } from '../cluster/access/forwards.ts';
import { connect } from '../cluster/connect/connect.ts';
import type { ClusterChoice, Connection } from '../cluster/connection.ts';
import { listEvents } from '../cluster/events.ts';
import { getObject } from '../cluster/objects.ts';
import { createAutoscalersFeed } from '../cluster/panes/autoscalers-feed.ts';
import { describeObject } from '../cluster/panes/details-lines.ts';
import { noAutoscalersFeed, noPodsFeed } from '../cluster/panes/no-cluster-feeds.ts';
import { createPodDetailsFeed } from '../cluster/panes/pod-details.ts';
import { createPodsFeed } from '../cluster/panes/pods-feed.ts';
import { readOnly } from '../cluster/read-only.ts';
import { statusLines } from '../cluster/status-lines.ts';
import { collectSystemStatus } from '../cluster/system-status.ts';
import { isProduction } from '../configuration/production.ts';
import { loadSettings } from '../configuration/settings.ts';
import { createQueriesFeed } from '../playbooks/queries/queries-feed.ts';
import { createReadingsFeed } from '../playbooks/readings/readings-feed.ts';
import { loadSystems } from '../systems/system.ts';
import { detectTheme } from '../ui/theme.ts';
import { playbookRoots } from './catalog.ts';
import { createChecklistServices } from './console-checklist.ts';
import { diagnoseOn } from './console-diagnose.ts';
import type { GlobalOptions } from './options.ts';
import { namespaceOf } from './system-namespace.ts';

/** How often a feed reaches the screen unless the settings say otherwise. */
const usualRefreshMs = 300;

export interface ClusterServices
  extends Pick<Services, 'connect' | 'details' | 'status' | 'diagnose' | 'checklist' | 'tick' | 'exportChecklist'> {
  /** The connection of the session that is open; with another choice, one that is opened for it. */
  connectionOf(choice: ClusterChoice): Promise<{ connection: Connection; done(): void }>;
}

/** The part of the services that speaks to a cluster. */
export function createClusterServices(options: GlobalOptions): ClusterServices {
  const connections = new WeakMap<ClusterSession, Connection>();
  let current: { choice: ClusterChoice; connection: Connection } | undefined;
  const connectionFor = (session: ClusterSession) => {
    const connection = connections.get(session);
    if (!connection) throw new Error('this session is closed');
    return connection;
  };
  const { symbols } = detectTheme();
  return {
    async connect(given, system) {
      const choice = await withSandbox({ ...given, kubeconfig: given.kubeconfig ?? options.kubeconfig });
      const namespace = namespaceOf(system, choice.namespace ?? options.namespace);
      const connection = guarded(await connect({ ...choice, namespace }), options);
      try {
        // Whether anybody answers at all, in one sentence, before watches begin.
        if (!choice.none) await connection.request({ path: '/version', timeoutMs: 10_000 });
      } catch (error) {
        connection.close();
        throw error;
      }
      const session = openSession(choice, connection, namespace);
      connections.set(session, connection);
      current = { choice, connection };
      return session;
    },
    async details(session, { kind, name }, signal) {
      const connection = connectionFor(session);
      const { namespace } = session.info;
      const apiVersion = kind === 'HorizontalPodAutoscaler' ? 'autoscaling/v2' : 'v1';
      const object = await getObject(connection, { apiVersion, kind, namespace, name }, signal);
      if (!object) return [{ text: `${kind}/${name} is gone`, tone: 'dim' }];
      const events = await listEvents(connection, { namespace, object: { kind, name }, signal });
      return describeObject(object, events, Date.now(), symbols);
    },
    async status(session, { name }, _signal) {
      const found = loadSystems(playbookRoots({ workspace: process.cwd() })).systems.find((one) => one.name === name);
      if (!found) return [{ text: `There is no system ${name}`, tone: 'bad' }];
      const status = await collectSystemStatus(connectionFor(session), { ...found, namespace: session.info.namespace });
      return statusLines(status, symbols, Date.now());
    },
    diagnose: (session, { name }, wanted, signal) => diagnoseOn(connectionFor(session), name, wanted, signal),
    ...createChecklistServices(options, connectionFor),
    async connectionOf(choice) {
      if (current && sameCluster(current.choice, choice)) return { connection: current.connection, done: () => {} };
      const connection = guarded(await connect(await withSandbox(choice)), options);
      return { connection, done: () => connection.close() };
    },
  };
}

function openSession(choice: ClusterChoice, connection: Connection, namespace: string): ClusterSession {
  const batchMs = loadSettings().refreshMs ?? usualRefreshMs;
  const pods = choice.none ? noPodsFeed() : createPodsFeed(connection, { namespace, batchMs });
  const autoscalers = choice.none ? noAutoscalersFeed() : createAutoscalersFeed(connection, { namespace, batchMs });
  const forwards = createForwards(connection, namespace);
  return {
    choice,
    info: connection.info,
    production: isProduction(connection.info, loadSettings().production),
    pods,
    autoscalers,
    access: ({ access }) => createAccessFeed(connection, { namespace, access }),
    reveal: async ({ credentials, namespace: own }) =>
      credentials && revealPassword(connection, credentials, own ?? namespace),
    queries: ({ queries }, prometheus) => createQueriesFeed(connection, { namespace, queries, prometheus }),
    readings: ({ readings }) => readings && createReadingsFeed(connection, { namespace, readings }),
    forwards,
    podDetails: (name) => createPodDetailsFeed(connection, { namespace, name, batchMs }),
    requestRate: () => connection.requestRate(),
    close() {
      pods.close();
      autoscalers.close();
      forwards.close();
      connection.close();
    },
  };
}

/** The choice of the sandbox with its kubeconfig in it; starts it where none runs. */
async function withSandbox(choice: ClusterChoice): Promise<ClusterChoice> {
  if (!choice.sandbox || choice.kubeconfig) return choice;
  const { ensureSandbox } = await import('./sandbox.ts');
  const { kubeconfig } = await ensureSandbox({});
  return { ...choice, kubeconfig, context: 'sandbox' };
}

function guarded(connection: Connection, options: GlobalOptions): Connection {
  return options.readOnly ? readOnly(connection) : connection;
}

function sameCluster(a: ClusterChoice, b: ClusterChoice): boolean {
  return (
    a.sandbox === b.sandbox &&
    (a.none ?? false) === (b.none ?? false) &&
    a.context === b.context &&
    (a.kubeconfig ?? '') === (b.kubeconfig ?? '')
  );
}
