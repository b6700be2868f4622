import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import type { Finding } from '../finding.ts';
import type { PlanContext, StepKind } from '../step-kind.ts';
import { type Collected, collect } from './check/collect.ts';
import { sourceKindOf, sourceSchema } from './check/sources.ts';
import { renderKnown } from './explain.ts';
import { asList, scalar } from './step-shapes.ts';

const findingRule = z.strictObject({
  title: z.string().min(1).describe('A positive sentence: what should be so'),
  expect: z.string().min(1).describe('CEL over what was collected'),
  when: z.string().optional().describe('CEL: the finding is left out unless this is true'),
  level: z.enum(['fatal', 'warning']).optional().describe('`fatal` unless said'),
  expected: scalar.describe('What was expected, in words'),
  observed: scalar.describe('What there is; expressions in it see what was collected'),
  evidence: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Shown when it is not so'),
  repair: z.string().optional().describe('The command or playbook that repairs it'),
});
type FindingRule = z.infer<typeof findingRule>;

const shape = {
  check: z
    .strictObject({
      collect: z
        .record(
          z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'it is named by letters, digits and `_`, as expressions name it'),
          sourceSchema,
        )
        .optional()
        .describe('What is read first, by the name that it has in CEL'),
      findings: z.array(findingRule).min(1),
    })
    .describe('What is looked at and what must be so'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

const localsFrom = 'check.collect';

/** Collects and judges; every finding is reported, and only fatal ones that are not so fail the step. */
export const checkStep: StepKind<Config> = {
  name: 'check',
  description: 'Reads what there is and reports findings: expected, observed, repair',
  shape,
  effects: 'none',
  outputs: { ok: 'double', warnings: 'double', fatal: 'double' },
  expressions: [
    { path: 'check.findings[].expect', localsFrom },
    { path: 'check.findings[].when', localsFrom },
    { path: 'check.findings[]', localsFrom },
  ],
  async run({ check }, context) {
    const collected = await collect(context.render(check.collect ?? {}), { ...context, signal: context.waiting });
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

function judge(rule: FindingRule, { values, errors }: Collected, context: PlanContext): Finding[] {
  const render = (value: unknown) => text(() => context.render(value, values));
  const base = { title: render(rule.title), expected: render(rule.expected) };
  const level = rule.level ?? 'fatal';
  const repair = rule.repair === undefined ? {} : { repair: render(rule.repair) };
  // What could not be read must not pass for what is there: the reason stands in for the figure.
  const unread = Object.entries(errors).find(([name]) => new RegExp(`\\b${name}\\b`).test(rule.expect));
  if (unread) return [{ ...base, level, observed: `${unread[0]} could not be read: ${unread[1]}`, ...repair }];
  try {
    if (rule.when !== undefined && context.evaluate(rule.when, values) !== true) return [];
    if (context.evaluate(rule.expect, values) === true)
      return [{ ...base, level: 'ok', observed: render(rule.observed) }];
    const evidence = asList(rule.evidence)
      .flatMap((line) => render(line).split('\n'))
      .filter(Boolean);
    return [
      { ...base, level, observed: render(rule.observed), ...(evidence.length > 0 ? { evidence } : {}), ...repair },
    ];
  } catch (error) {
    return [{ ...base, level, observed: messageOf(error), ...repair }];
  }
}

function text(render: () => unknown): string {
  try {
    const value = render();
    return typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
  } catch (error) {
    return messageOf(error);
  }
}

function lines({ title, expected, observed, repair }: Finding): string[] {
  return [`${title}: expected ${expected}, observed ${observed}`, ...(repair ? [`  repair: ${repair}`] : [])];
}
