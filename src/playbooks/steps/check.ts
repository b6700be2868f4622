import { z } from 'zod';
import type { Finding } from '../finding.ts';
import type { StepKind } from '../step-kind.ts';
import { collect } from './check/collect.ts';
import { derive } from './check/derive.ts';
import { findingRule } from './check/finding-rule.ts';
import { judge } from './check/judge.ts';
import { letSchema } from './check/let.ts';
import { sourceKindOf, sourceSchema } from './check/sources.ts';
import { renderKnown } from './explain.ts';

/** What stands in a `check` step, and in an item of a checklist that the program judges. */
export const checkShape = {
  check: z
    .strictObject({
      collect: z
        .record(
          z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'it is named by letters, digits and `_`, as expressions name it'),
          sourceSchema,
        )
        .optional()
        .describe('What is read first, by the name that it has in CEL'),
      let: letSchema.optional(),
      findings: z.array(findingRule).min(1),
    })
    .superRefine(({ collect: sources = {}, let: names = {} }, refinement) => {
      for (const name of Object.keys(names).filter((one) => Object.hasOwn(sources, one)))
        refinement.addIssue({ code: 'custom', path: ['let', name], message: 'this name is taken in `collect`' });
    })
    .describe('What is looked at and what must be so'),
};
type Config = z.infer<z.ZodObject<typeof checkShape>>;

const localsFrom = ['check.collect', 'check.let'];
/** What names a finding is said of all items, and does not know the one. */
const items = { of: 'check.findings[]', except: ['title', 'expected'] };

function sourcesOf({ collect: sources = {} }: Config['check']) {
  return Object.values(sources).map(sourceKindOf);
}

/** Collects and judges; every finding is reported, and only fatal ones that are not so fail the step. */
export const checkStep: StepKind<Config> = {
  name: 'check',
  description: 'Reads what there is and reports findings: expected, observed, repair',
  shape: checkShape,
  effects: 'none',
  outputs: { ok: 'double', warnings: 'double', fatal: 'double' },
  effectsOf: ({ check }) => (sourcesOf(check).some(({ changes }) => changes) ? 'cluster' : 'none'),
  needsCluster: ({ check }) =>
    Object.values(check.collect ?? {}).some((source) => sourceKindOf(source).needsCluster?.(source) ?? true),
  reaches: ({ check }) => sourcesOf(check).some(({ reaches }) => reaches),
  expressions: [
    { path: 'check.let.*', localsFrom, wanted: 'any' },
    { path: 'check.findings[].expect', localsFrom, items },
    { path: 'check.findings[].each', localsFrom, wanted: 'list' },
    { path: 'check.findings[].when', localsFrom },
    { path: 'check.findings[]', localsFrom, items },
  ],
  files: ({ check }) =>
    Object.values(check.collect ?? {}).flatMap((source) => sourceKindOf(source).files?.(source) ?? []),
  wouldRead: ({ check }, context) =>
    Object.values(renderKnown(context, check.collect ?? {})).flatMap(
      (source) => sourceKindOf(source).access?.(source) ?? [],
    ),
  async run({ check }, context) {
    const read = await collect(context.render(check.collect ?? {}), { ...context, signal: context.waiting });
    const collected = derive(check.let ?? {}, read, context);
    const findings = check.findings.flatMap((rule) => judge(rule, collected, context));
    const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
    const [fatal, warnings] = [count('fatal'), count('warning')];
    const parts = [`${count('ok')} of ${findings.length} as expected`];
    if (warnings > 0) parts.push(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`);
    if (fatal > 0) parts.push(`${fatal} not met`);
    const evidence = findings.filter(({ level }) => level === 'fatal').flatMap(lines);
    return {
      status: fatal > 0 ? 'not-met' : 'done',
      summary: parts.join(', '),
      findings,
      outputs: { ok: count('ok'), warnings, fatal },
      locals: collected.values,
      ...(evidence.length > 0 ? { evidence } : {}),
    };
  },
  async equivalent({ check }, context) {
    const sources = Object.values(renderKnown(context, check.collect ?? {}));
    return [...new Set(sources.flatMap((source) => sourceKindOf(source).commands(source, context.namespace)))];
  },
};

function lines({ title, expected, observed, repair }: Finding): string[] {
  return [`${title}: expected ${expected}, observed ${observed}`, ...(repair ? [`  repair: ${repair}`] : [])];
}
