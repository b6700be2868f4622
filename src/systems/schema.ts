import { z } from 'zod';
import { querySchema } from './query-schema.ts';
import { readingsSchema } from './reading-schema.ts';

const named = (what: string, example: string, pattern: RegExp) =>
  z.string().regex(pattern, `${what} is written like \`${example}\``);

const dnsName = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';
const workload = named(
  'a workload',
  'Deployment/tars-backend',
  new RegExp(`^(Deployment|StatefulSet|DaemonSet|Job|CronJob)/${dnsName}$`),
);
const service = named('a service', 'backend-service:8000', new RegExp(`^${dnsName}:(\\d{1,5}|[a-z][a-z0-9-]*)$`));

/** A goal of the system, judged on a load test's sustained phase. */
const targetSchema = z.strictObject({
  title: z.string().min(1).describe('The goal in words, e.g. P95 latency ≤ 250 ms'),
  expect: z
    .string()
    .min(1)
    .describe('CEL over `metrics`: p50, p95, p99, max, mean (ms), rps, requests, errorRate, cacheHitRatio (0 to 1)'),
  observed: z.string().min(1).describe('What was measured: a text with templates over `metrics`'),
});

const namespaceName = named('a namespace', 'tars', /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const secretKey = named('a key of a Secret', 'admin-password', /^[-._a-zA-Z0-9]+$/);

/** With what people log in. Only names stand here: the password itself stays in its Secret, and is shown when somebody asks. */
const credentialsSchema = z
  .strictObject({
    secret: named('a Secret', 'prometheus-grafana', new RegExp(`^${dnsName}$`)),
    namespace: namespaceName.optional().describe('Where the Secret lies; where the access point does unless said'),
    username: z
      .union([z.string().min(1), z.strictObject({ key: secretKey })])
      .optional()
      .describe('The user name, or the key of the Secret that holds it: `{ key: admin-user }`'),
    password: secretKey.describe('The key of the Secret that holds the password'),
  })
  .describe('With what people log in: shown on demand, for some seconds');

const accessSchema = z
  .strictObject({
    title: z.string().min(1),
    path: z.string().startsWith('/', 'a path begins with `/`').default('/'),
    host: z.string().min(1).optional().describe('The name that the Ingress answers to'),
    ingress: z.string().min(1).optional(),
    service: service.optional(),
    forward: service
      .optional()
      .describe('Of an `ingress`: the Service that a port-forward leads to while it has no address'),
    namespace: namespaceName
      .optional()
      .describe('Where the Ingress or Service lies; in the system’s namespace unless said'),
    credentials: credentialsSchema.optional(),
  })
  .refine(
    (access) => (access.ingress === undefined) !== (access.service === undefined),
    'an access point is an `ingress` or a `service`, one of the two',
  );

/** `system.yaml`: a product that is deployed. */
export const systemSchema = z.strictObject({
  name: named('the name of a system', 'tars', /^[a-z0-9]+(-[a-z0-9]+)*$/).describe('The same as its folder'),
  title: z.string().min(1),
  description: z.string().min(1).describe('What it is, for somebody who has not met it'),
  order: z
    .number()
    .int()
    .optional()
    .describe('Where it stands among the systems: the smaller, the earlier; behind all that have one unless said'),
  namespace: namespaceName,
  workloads: z.array(workload).describe('What runs: kind and name; an empty list for what deploys nothing itself'),
  autoscalers: z.array(z.string().min(1)).default([]).describe('HorizontalPodAutoscalers by name'),
  services: z.array(service).default([]).describe('Services with a port'),
  access: z.array(accessSchema).default([]).describe('Where people reach it'),
  manifests: z
    .array(z.string().regex(/^[a-z0-9.-]+\.ya?ml$/, 'a file name without folders'))
    .optional()
    .describe(
      'Files that a folder of the user’s own must have all of, to stand in for ours; every manifest unless said',
    ),
  latency: z
    .strictObject({ target: z.number().positive(), quantile: z.enum(['p50', 'p95', 'p99']).default('p95') })
    .optional()
    .describe('The line in the latency pane, in milliseconds'),
  queries: z.array(querySchema).default([]).describe('Figures that a Prometheus knows, shown live'),
  readings: readingsSchema
    .optional()
    .describe('Figures that its own programs tell, by commands in containers; shown live'),
  diagnoses: z
    .array(named('a shared diagnosis', 'cluster/diagnose-pods', /^[a-z0-9-]+\/[a-z0-9-]+$/))
    .default([])
    .describe('Diagnoses that are made for it beside its own: playbooks that every system shares'),
  targets: z.array(targetSchema).default([]).describe('Performance goals'),
});
