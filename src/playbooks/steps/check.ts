import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { scalar } from './step-shapes.ts';

const access = z.strictObject({
  verb: z.string(),
  group: z.string().optional(),
  resource: z.string(),
  subresource: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});

const source = z.union([
  z.strictObject({
    list: z.string().regex(/^[^/]+(\/[^/]+)?\/[A-Za-z]+$/, 'apiVersion and kind: `v1/Node`, `apps/v1/Deployment`'),
    namespace: z.string().optional(),
    allNamespaces: z.boolean().optional(),
    selector: z.string().optional().describe('Labels: `app=tars-backend`'),
  }),
  z.strictObject({
    get: z.string().regex(/^[^/]+(\/[^/]+)?\/[A-Za-z]+$/, 'apiVersion and kind: `v1/Node`, `apps/v1/Deployment`'),
    name: z.string(),
    namespace: z.string().optional(),
  }),
  z.strictObject({ path: z.string().startsWith('/') }),
  z.strictObject({ can: z.array(access).min(1) }),
]);

const finding = z.strictObject({
  title: z.string().min(1).describe('A positive sentence: what should be so'),
  expect: z.string().min(1).describe('CEL over what was collected'),
  when: z.string().optional().describe('CEL: the finding is left out unless this is true'),
  level: z.enum(['fatal', 'warning']).optional().describe('`fatal` unless said'),
  expected: z.string().describe('What was expected, in words'),
  observed: scalar.describe('What there is; expressions in it see what was collected'),
  evidence: z.union([z.string(), z.array(z.string())]).optional(),
  repair: z.string().optional().describe('The command or playbook that repairs it'),
});

const shape = {
  check: z
    .strictObject({
      collect: z
        .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]*$/), source)
        .optional()
        .describe('What is read first, by the name that it has in CEL'),
      findings: z.array(finding).min(1),
    })
    .describe('What is looked at and what must be so'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
export type CheckConfig = Config['check'];
export type CollectSource = z.infer<typeof source>;
export type FindingRule = z.infer<typeof finding>;

const localsFrom = 'check.collect';

/** Collects and judges; every finding is reported. */
export const checkStep: StepKind<Config> = {
  name: 'check',
  description: 'Reads what there is and reports findings: expected, observed, repair',
  shape,
  effects: 'none',
  expressions: [
    { path: 'check.findings[].expect', localsFrom },
    { path: 'check.findings[].when', localsFrom },
    { path: 'check.findings[]', localsFrom },
  ],
  async run() {
    throw new Error('not yet');
  },
  equivalent: async () => [],
};
