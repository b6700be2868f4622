import { z } from 'zod';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';

const files = z.union([z.string(), z.array(z.string())]);
const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]) as string[];

function kind(name: string, shape: z.ZodRawShape, more: Partial<StepKind> = {}): StepKind {
  const effects = 'none' as const;
  return {
    name,
    description: name,
    shape,
    effects,
    run: async () => ({}),
    equivalent: async () => [`$ ${name}`],
    ...more,
  };
}

/** Small kinds in the manner of the real ones, so that what is tested is the loading. */
export const testKinds: readonly StepKind[] = [
  kind(
    'apply',
    {
      apply: files,
      set: z.array(z.strictObject({ select: z.string(), path: z.string(), value: z.json() })).optional(),
      wait: z.enum(['ready']).optional(),
    },
    { files: ({ apply }) => list(apply) },
  ),
  kind('wait', { wait: z.strictObject({ ready: z.array(z.string()) }) }),
  kind(
    'http',
    { http: z.strictObject({ service: z.string(), path: z.string().optional(), expect: z.string().optional() }) },
    { expressions: [{ path: 'http.expect', locals: ['status', 'headers', 'body'] }] },
  ),
  kind(
    'check',
    {
      check: z.strictObject({
        collect: z.record(z.string(), z.unknown()),
        findings: z.array(
          z.strictObject({ title: z.string(), expect: z.string(), expected: z.string(), observed: z.string() }),
        ),
      }),
    },
    {
      expressions: [
        { path: 'check.findings[].expect', localsFrom: ['check.collect'] },
        { path: 'check.findings[]', localsFrom: ['check.collect'] },
      ],
    },
  ),
  kind('secret', { secret: z.strictObject({ name: z.string(), keys: z.record(z.string(), z.unknown()) }) }),
  kind('playbook', { playbook: z.string(), with: z.record(z.string(), z.unknown()).optional() }),
];
