import type { ClusterSession, PlanEntry, RunEntry, Services, SystemEntry } from '../../src/app/services.ts';
import { type AccessSnapshot, noAccess } from '../../src/cluster/access/access-feed.ts';
import { type ForwardsSnapshot, noForwards } from '../../src/cluster/access/forwards.ts';
import type { AutoscalersSnapshot } from '../../src/cluster/panes/autoscalers-feed.ts';
import { createFeedCore } from '../../src/cluster/panes/feed.ts';
import type { PodDetails } from '../../src/cluster/panes/pod-details.ts';
import type { PodRow } from '../../src/cluster/panes/pod-row.ts';
import type { PodsSnapshot } from '../../src/cluster/panes/pods-feed.ts';
import type { ChecklistReport } from '../../src/playbooks/checklists/checklist-report.ts';
import type { DiagnosisReport } from '../../src/playbooks/diagnosis/diagnosis-report.ts';
import { rankFindings } from '../../src/playbooks/diagnosis/rank.ts';
import type { Finding } from '../../src/playbooks/finding.ts';
import type { PreviewedPlan } from '../../src/playbooks/preview/previewed-plan.ts';
import { noQueries, type QueriesSnapshot } from '../../src/playbooks/queries/queries-snapshot.ts';
import type { PlannedStep, RunEvent, RunRecord } from '../../src/playbooks/runs/events.ts';
import { type Gate, GateProblem } from '../../src/playbooks/runs/gate.ts';
import type { Answer } from '../../src/playbooks/runs/question.ts';
import type { FormField } from '../../src/ui/form-state.ts';

export interface FakeRun {
  id: string;
  /** Sends a record with the next number, or a signal. */
  send(event: DistributiveOmit<RunRecord, 'v' | 'seq' | 'at'> | Exclude<RunEvent, RunRecord>): void;
  end(): void;
  answers: Answer[];
  stopped: boolean;
}

type DistributiveOmit<T, K extends keyof never> = T extends unknown ? Omit<T, K> : never;

export interface FakeServices extends Services {
  /** What was asked, in order: `connect sandbox`, `probe prod`, … */
  calls: string[];
  /** What was accepted of each plan that was started, where it had been looked at. */
  accepted: NonNullable<PlanEntry['accepted']>[];
  run(id: string): FakeRun;
  history: RunEntry[];
  pods: ReturnType<typeof createFeedCore<PodsSnapshot>>;
  autoscalers: ReturnType<typeof createFeedCore<AutoscalersSnapshot>>;
  access: ReturnType<typeof createFeedCore<AccessSnapshot>>;
  queries: ReturnType<typeof createFeedCore<QueriesSnapshot>>;
  forwards: ReturnType<typeof createFeedCore<ForwardsSnapshot>>;
}

const fakeSystem: SystemEntry = {
  name: 'tars',
  title: 'T.A.R.S.',
  description: 'Retrieval-augmented answers',
  namespace: 'tars',
  source: 'bundled',
  workloads: ['Deployment/tars-backend', 'Deployment/postgres'],
  autoscalers: ['tars-backend'],
  access: [{ title: 'API', host: 'tars.local', ingress: 'tars-ingress', path: '/health' }],
  queries: [],
  latency: { target: 250, quantile: 'p95' },
  first: ['tars/prerequisites', 'tars/full-deployment'],
};

const fakeSteps: PlannedStep[] = [
  ['namespace', 'Create the namespace', 0],
  ['deploy', 'Deploy applications', 0],
  ['deploy/databases', 'Start the databases', 1],
  ['deploy/backend', 'Start the backend', 1],
  ['load-test', 'Load test', 0],
].map(([id, title, depth]) => ({
  id: String(id),
  title: String(title),
  description: `What ${title} does and why.`,
  kind: 'apply',
  depth: Number(depth),
  group: id === 'deploy',
  equivalent: id === 'deploy' ? [] : [`$ kubectl apply -f manifests/${id}.yaml`],
}));

export function fakePod(name: string, change: Partial<PodRow> = {}): PodRow {
  return {
    key: name,
    name,
    namespace: '',
    ready: 1,
    containers: 1,
    status: 'Running',
    restarts: 0,
    node: 'node-1',
    createdAt: Date.now() - 120_000,
    severity: 'ok',
    cpu: 0.412,
    memory: 310 * 1024 * 1024,
    ...change,
  };
}

/** Everything that the screen asks for, from memory, with a record of what was asked. */
export function fakeServices(
  given: {
    runs?: RunEntry[];
    unreachable?: string[];
    gates?: Gate[];
    preview?: PreviewedPlan;
    diagnoses?: Finding[][];
    checklist?: ChecklistReport;
  } = {},
): FakeServices {
  const calls: string[] = [];
  const accepted: NonNullable<PlanEntry['accepted']>[] = [];
  // Each is passed once.
  const gates = [...(given.gates ?? [])];
  const runs = new Map<
    string,
    FakeRun & { receive?: (events: RunEvent[]) => void; done?: () => void; past: RunEvent[] }
  >();
  const pods = createFeedCore<PodsSnapshot>({ rows: [], total: 0, state: { kind: 'live', since: 0 }, metrics: 'live' });
  const autoscalers = createFeedCore<AutoscalersSnapshot>({ rows: [], history: {}, state: { kind: 'live', since: 0 } });
  const run = (id: string) => {
    const known = runs.get(id);
    if (known) return known;
    const made = createRun(id);
    runs.set(id, made);
    return made;
  };
  const services: FakeServices = {
    asTyped: (text) => text.replace(/^tars-console\b/, 'npx tars-console'),
    calls,
    accepted,
    run,
    history: given.runs ?? [],
    pods,
    autoscalers,
    access: createFeedCore<AccessSnapshot>(noAccess),
    queries: createFeedCore<QueriesSnapshot>(noQueries),
    forwards: createFeedCore<ForwardsSnapshot>(noForwards),
    async copy(text) {
      calls.push(`copy ${text}`);
      return 'sent to the clipboard';
    },
    async openUrl(url) {
      calls.push(`open ${url}`);
      return `Opening ${url}`;
    },
    ...choosing(calls, given.unreachable ?? [], [...(given.diagnoses ?? [])]),
    async connect(choice, system) {
      const context = choice.sandbox ? 'sandbox' : (choice.context ?? '');
      calls.push(`connect ${context}`);
      if (given.unreachable?.includes(context)) {
        const { Problem } = await import('../../src/base/errors.ts');
        throw new Problem(`The API server of ${context} does not answer`, {
          where: 'https://10.0.0.1:6443',
          next: ['Is the VPN up?'],
        });
      }
      return fakeSession(services, context, choice, system.namespace);
    },
    async checklist(_, ref) {
      calls.push(`checklist ${ref}`);
      if (!given.checklist) throw new Error('no checklist');
      return given.checklist;
    },
    async tick(_, { item, note, seen }, passage) {
      calls.push(...(passage ? [`passage ${JSON.stringify(passage)}`] : []));
      const gate = gates.shift();
      if (gate) throw new GateProblem(gate);
      calls.push(`tick ${item}: ${note ?? 'away'}, after ${seen?.note ?? 'none'}`);
      return note === undefined ? {} : { [item]: { by: 'anna', at: '2026-01-02T03:04:05.000Z', note } };
    },
    async exportChecklist({ checklist }) {
      calls.push(`export ${checklist}`);
      return '/home/ops/list.md';
    },
    async plan({ playbook, inputs }): Promise<PlanEntry> {
      calls.push(`plan ${playbook} ${JSON.stringify(inputs)}`);
      const steps = playbook.endsWith('prerequisites') ? fakeSteps.slice(0, 1) : fakeSteps;
      return {
        title: playbook,
        description: 'What it is for.',
        playbook,
        steps,
        facts: [
          ['cluster', 'sandbox'],
          ['manifests', 'bundled'],
        ],
        token: playbook,
      };
    },
    async preview(_, receive) {
      if (given.preview) receive(given.preview);
    },
    async startRun(plan, passage) {
      calls.push(...(passage ? [`passage ${JSON.stringify(passage)}`] : []));
      const gate = gates.shift();
      if (gate) throw new GateProblem(gate);
      const id = `run-${runs.size + 1}`;
      calls.push(`start ${plan.playbook}`);
      if (plan.accepted) accepted.push(plan.accepted);
      run(id).send({ type: 'run-started', run: fakeHeader(id, plan), pid: 1 });
      return id;
    },
    async runs() {
      return services.history;
    },
    async report(id) {
      calls.push(`report ${id}`);
      return `/home/ops/${id}/report.html`;
    },
    async replay(id, receive, signal) {
      calls.push(`replay ${id}`);
      let [speed, paused] = [1, false];
      const shown = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      receive(run(id).past);
      return {
        shown,
        steer(how) {
          calls.push(how);
          speed *= how === 'faster' ? 2 : how === 'slower' ? 0.5 : 1;
          paused = how === 'pause' ? !paused : paused;
          return { speed, paused };
        },
      };
    },
    async follow(id, receive, signal) {
      calls.push(`follow ${id}`);
      const one = run(id);
      one.receive = receive;
      receive(one.past);
      await new Promise<void>((resolve) => {
        one.done = resolve;
        signal.addEventListener('abort', () => resolve());
      });
    },
    async answer(id, _question, answer) {
      run(id).answers.push(answer);
    },
    async stopRun(id) {
      calls.push(`stop ${id}`);
      run(id).stopped = true;
    },
    async resumeRun(id, passage) {
      calls.push(...(passage ? [`passage ${JSON.stringify(passage)}`] : []));
      const gate = gates.shift();
      if (gate) throw new GateProblem(gate);
      calls.push(`resume ${id}`);
    },
    async discardRun(id) {
      calls.push(`discard ${id}`);
      services.history = services.history.filter((one) => one.id !== id);
    },
  };
  return services;
}

function createRun(id: string) {
  let seq = 0;
  const made: FakeRun & { receive?: (events: RunEvent[]) => void; done?: () => void; past: RunEvent[] } = {
    id,
    past: [],
    answers: [],
    stopped: false,
    send(event) {
      const signal =
        event.type === 'output' || event.type === 'progress' || event.type === 'sample' || event.type === 'interrupted';
      seq += signal ? 0 : 1;
      const full = (signal ? event : { v: 1, seq, at: new Date().toISOString(), ...event }) as RunEvent;
      made.past.push(full);
      made.receive?.([full]);
    },
    end() {
      made.done?.();
    },
  };
  return made;
}

const titles: Record<string, string> = { 'tars/prerequisites': 'Check prerequisites', 'tars/verify': 'Verify' };

export function fakeHeader(id: string, plan: PlanEntry) {
  return {
    id,
    playbook: plan.playbook,
    system: 'tars',
    title: titles[plan.playbook] ?? 'Full deployment',
    cluster: { context: 'sandbox', server: 'https://127.0.0.1:1', namespace: 'tars', sandbox: true },
    inputs: {},
    sensitiveInputs: [],
    steps: [...plan.steps],
    hash: '',
    manifests: 'bundled',
    assumeYes: false,
    programVersion: '0',
    startedAt: new Date().toISOString(),
  };
}

function choosing(
  calls: string[],
  unreachable: string[],
  reports: Finding[][],
): Pick<
  Services,
  'catalog' | 'contexts' | 'probe' | 'manifestSources' | 'form' | 'page' | 'diagnose' | 'details' | 'status'
> {
  return {
    catalog: async () => ({
      systems: [fakeSystem],
      menus: { tars: { title: 'T.A.R.S.', items: fakeMenu } },
      playbooks: {
        'tars/prerequisites': { ref: 'tars/prerequisites', title: 'Check prerequisites', hasInputs: false },
        'tars/full-deployment': { ref: 'tars/full-deployment', title: 'Full deployment', hasInputs: true },
        'tars/deploy': { ref: 'tars/deploy', title: 'Deploy applications', hasInputs: false },
        'tars/load-test': { ref: 'tars/load-test', title: 'Load test', hasInputs: false },
        'tars/diagnose-pods': {
          ref: 'tars/diagnose-pods',
          title: 'Pods not starting',
          hasInputs: false,
          diagnosis: true,
        },
      },
      faults: [],
    }),
    contexts: async () => [
      { name: 'kind-dev', server: 'https://127.0.0.1:6443', namespace: 'default', current: true },
      { name: 'prod', server: 'https://10.0.0.1:6443', namespace: 'default', current: false },
    ],
    async probe(context) {
      calls.push(`probe ${context}`);
      return unreachable.includes(context)
        ? { reachable: false, reason: 'No answer within 3 s' }
        : { reachable: true, version: 'v1.34.0' };
    },
    manifestSources: async () => [{ id: 'bundled', title: 'Those of the console', description: 'Five workloads.' }],
    async form({ playbook }) {
      calls.push(`form ${playbook}`);
      const fields: FormField[] = [
        {
          name: 'registry',
          label: 'registry',
          type: 'text',
          initial: 'docker.io/tars',
          description: 'Registry that the cluster pulls from',
        },
        {
          name: 'jwtSecret',
          label: 'jwtSecret',
          type: 'text',
          masked: true,
          optional: true,
          placeholder: 'generated',
          validate: (value) => (String(value).length < 32 ? 'it must have at least 32 characters' : undefined),
        },
        { name: 'loadTest', label: 'loadTest', type: 'boolean', initial: true },
      ];
      return { fields };
    },
    page: async (ref) => `# ${ref}\n\nA page with **words**.\n\n- one\n- two\n\n    tars-console status tars\n`,
    async diagnose(_, { name }, wanted) {
      calls.push(`diagnose ${name} ${wanted}`);
      return fakeDiagnosis(reports.shift() ?? []);
    },
    details: async () => [{ text: 'status    fine' }],
    status: async () => [
      { text: 'Workloads', tone: 'title' },
      { text: 'Deployment/tars-backend 3 of 3 available', tone: 'ok' },
    ],
  };
}

/** What a diagnosis makes of these findings. */
function fakeDiagnosis(findings: readonly Finding[]): DiagnosisReport {
  return {
    ...{ system: 'tars', title: 'T.A.R.S.', namespace: 'tars', context: 'sandbox', sandbox: true },
    at: '2026-01-01T00:00:00.000Z',
    diagnoses: [{ ref: 'tars/diagnose-pods', title: 'Pods not starting' }],
    ...rankFindings(findings.map((finding) => ({ finding, diagnosis: 'tars/diagnose-pods' }))),
  };
}

const fakeMenu = [
  {
    title: 'Full deployment',
    description: 'Everything below in one go.',
    kind: 'playbook' as const,
    playbook: 'tars/full-deployment',
    inputs: {},
  },
  { title: 'Deploy applications', kind: 'playbook' as const, playbook: 'tars/deploy', inputs: {} },
  {
    title: 'Load test',
    kind: 'menu' as const,
    items: [{ title: 'Basic', kind: 'playbook' as const, playbook: 'tars/load-test', inputs: { profile: 'basic' } }],
  },
  { title: 'Status', kind: 'view' as const, view: 'status' as const },
  { title: 'Access', kind: 'view' as const, view: 'access' as const },
  { title: 'Live queries', kind: 'view' as const, view: 'queries' as const },
  { title: 'Next steps', kind: 'page' as const, page: 'next-steps' },
  { title: 'Production checklist', kind: 'checklist' as const, checklist: 'production' },
  { title: 'Everything', kind: 'diagnose' as const, diagnose: 'all' },
];

function fakeSession(
  services: FakeServices,
  context: string,
  choice: ClusterSession['choice'],
  namespace: string,
): ClusterSession {
  return {
    choice,
    info: {
      context,
      server: 'https://127.0.0.1:1',
      namespace: choice.namespace ?? namespace,
      sandbox: choice.sandbox,
      speed: choice.sandbox ? 5 : undefined,
    },
    pods: { ...services.pods, setShown: () => {}, close: () => {} },
    autoscalers: { ...services.autoscalers, close: () => {} },
    podDetails: (name) =>
      createFeedCore<PodDetails>({
        namespace,
        name,
        pod: undefined,
        gone: false,
        events: [],
        container: 'backend',
        log: ['first line', 'second line'],
        logNote: undefined,
        state: { kind: 'live', since: 0 },
      }),
    access: () => ({
      ...services.access,
      close: () => services.calls.push('close access'),
      refresh: () => services.calls.push('look again'),
    }),
    reveal: async ({ title }) => {
      services.calls.push(`reveal ${title}`);
      return 'pass word';
    },
    queries: (_, prometheus) => {
      services.calls.push(`queries ${prometheus ?? 'found'}`);
      return { ...services.queries, close: () => services.calls.push('close queries') };
    },
    forwards: {
      ...services.forwards,
      toggle: ({ service, port }) => services.calls.push(`forward ${service}:${port}`),
      close: () => {},
    },
    requestRate: () => 0.4,
    close: () => services.calls.push(`close ${context}`),
  };
}
