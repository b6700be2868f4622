import { z } from 'zod';

const moment = z.iso.datetime().describe('UTC, ISO 8601');
const text = z.string();
const texts = z.array(text);
const scalar = z.union([text, z.number(), z.boolean()]);
const anything = z.record(z.string(), z.unknown());

const failureChoice = z.enum(['retry', 'skip', 'undo', 'stop']);
const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('confirm'), text, details: texts.optional(), dangerous: z.boolean().optional() }),
  z.object({ kind: z.literal('typed'), text, details: texts.optional(), expect: text, input: text.optional() }),
  z.object({
    kind: z.literal('choice'),
    text,
    details: texts.optional(),
    choices: z.array(z.object({ value: text, label: text })),
    next: text.optional(),
  }),
  z.object({
    kind: z.literal('input'),
    text,
    details: texts.optional(),
    name: text,
    sensitive: z.boolean().optional(),
    initial: text.optional(),
  }),
  z.object({ kind: z.literal('failure'), text, choices: z.array(failureChoice) }),
  z.object({ kind: z.literal('offer'), text, details: texts.optional(), label: text }),
]);
const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('confirm'), yes: z.boolean() }),
  z.object({ kind: z.literal('typed'), text }),
  z.object({ kind: z.literal('choice'), value: text }),
  z.object({ kind: z.literal('input'), text }),
  z.object({ kind: z.literal('failure'), choice: failureChoice }),
  z.object({ kind: z.literal('offer') }),
]);
const finding = z.object({
  title: text,
  level: z.enum(['ok', 'warning', 'fatal']),
  expected: text,
  observed: text,
  evidence: texts.optional(),
  repair: text.optional(),
  id: text.optional(),
  cause: text.optional(),
  certainty: z.number().min(0).max(100).optional(),
  explains: texts.optional(),
  fix: z
    .object({
      playbook: text,
      with: z.record(z.string(), scalar).optional(),
      title: text.optional(),
      system: text.optional(),
    })
    .optional(),
  unread: z.boolean().optional(),
});
const problem = z.object({
  message: text,
  where: text.optional(),
  next: texts.optional(),
  evidence: texts.optional(),
});
const preview = z.object({
  certainty: z.enum(['previewed', 'partly', 'cannot preview']),
  summary: text,
  changes: z.array(
    z.object({
      object: text,
      namespace: text.optional(),
      action: z.enum(['create', 'update', 'unchanged', 'delete', 'recreate', 'run']),
      fields: z.array(z.object({ path: text, before: text.optional(), after: text.optional() })).optional(),
      data: texts.optional(),
      note: text.optional(),
    }),
  ),
  why: text.optional(),
});
const plannedStep = z.object({
  id: text,
  title: text,
  description: text.optional(),
  kind: text,
  depth: z.int().min(0),
  group: z.boolean(),
  equivalent: texts,
});
const header = z.object({
  id: text,
  playbook: text,
  system: text,
  title: text,
  cluster: z.object({
    context: text,
    server: text,
    namespace: text,
    sandbox: z.boolean(),
    none: z.boolean().optional(),
    kubeconfig: text.optional(),
  }),
  inputs: anything,
  sensitiveInputs: texts,
  steps: z.array(plannedStep),
  hash: text,
  files: z.record(z.string(), text).optional(),
  manifests: text,
  assumeYes: z.boolean(),
  production: z.boolean().optional(),
  programVersion: text,
  startedAt: moment,
});
const quantiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() });
const sample = z.object({
  t: z.number().describe('Seconds since the load began'),
  phase: z.enum(['ramp', 'sustained', 'drain']),
  target: z.number(),
  scheduled: z.number(),
  sent: z.number(),
  done: z.number(),
  errors: z.number(),
  cacheHits: z.number(),
  cacheLookups: z.number(),
  inFlight: z.number(),
  queued: z.number(),
  statuses: z.record(z.string(), z.number()),
  latency: quantiles.optional(),
  lagP99: z.number(),
});

const numbered = {
  v: z.union([z.literal(1), z.literal(2)]).describe('Version of the records'),
  seq: z.int().min(1),
  at: moment,
};
const status = z.enum(['done', 'skipped', 'failed', 'not-met']);
const records = [
  z.object({ ...numbered, type: z.literal('run-started'), run: header, pid: z.int() }),
  z.object({ ...numbered, type: z.literal('run-resumed'), pid: z.int(), notes: texts, run: header.optional() }),
  z.object({
    ...numbered,
    type: z.literal('steps-added'),
    after: text,
    steps: z.array(plannedStep),
    items: z.array(z.unknown()).optional(),
  }),
  z.object({ ...numbered, type: z.literal('step-preview'), step: text, preview }),
  z.object({
    ...numbered,
    type: z.literal('step-intent'),
    step: text,
    attempt: z.int().min(1),
    before: z.unknown().optional(),
    found: text.optional(),
  }),
  z.object({
    ...numbered,
    type: z.literal('step-result'),
    step: text,
    status,
    summary: text.optional(),
    ms: z.number(),
    outputs: anything.optional(),
    findings: z.array(finding).optional(),
    problem: problem.optional(),
  }),
  z.object({ ...numbered, type: z.literal('undo-intent'), step: text, rest: texts.optional() }),
  z.object({
    ...numbered,
    type: z.literal('undo-result'),
    step: text,
    status: z.enum(['done', 'failed']),
    summary: text.optional(),
    ms: z.number(),
    problem: problem.optional(),
  }),
  z.object({
    ...numbered,
    type: z.literal('lock'),
    state: z.enum(['held', 'unguarded', 'lost', 'released']),
    note: text.optional(),
  }),
  z.object({ ...numbered, type: z.literal('question'), id: text, step: text, question }),
  z.object({ ...numbered, type: z.literal('answer'), id: text, answer, by: text }),
  z.object({ ...numbered, type: z.literal('stop-requested'), by: text }),
  z.object({
    ...numbered,
    type: z.literal('run-ended'),
    status: z.enum(['done', 'failed', 'not-met', 'stopped']),
    exitCode: z.int(),
    summary: text,
    next: texts.optional(),
  }),
] as const;
const signals = [
  z.object({ type: z.literal('output'), at: moment, step: text, line: text }),
  z.object({ type: z.literal('progress'), at: moment, step: text, text, fraction: z.number().optional() }),
  z.object({ type: z.literal('sample'), at: moment, step: text, sample }),
  z.object({ type: z.literal('alarm'), at: moment, step: text, text }),
  z.object({ type: z.literal('interrupted'), at: moment, reason: text.optional() }),
] as const;

/** One line of `--output ndjson`, of the journal (records alone) and of a run's socket; docs/events.md explains them. */
export const eventSchema = z.discriminatedUnion('type', [...records, ...signals]);
