import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';

/** A duration such as `60s`, `1m30s`, or a number of seconds; milliseconds once it is read. */
const duration = z.union([z.string(), z.number()]).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `\`${text}\` is not a duration; write it as 60s, 1m30s or 250ms` });
  return z.NEVER;
});
const rate = z.number().positive().max(1_000_000);
const people = z.number().int().min(1).max(5000);

const openShape = z.strictObject({
  rate: rate.describe('requests a second of the sustained phase'),
  from: rate.optional().describe('rate that the first stage starts from, and the rate of the warm-up'),
  stages: z
    .array(z.strictObject({ to: rate.optional().describe('left out: holds the rate'), over: duration }))
    .default([])
    .describe('the way up to the rate, each stage a straight line; time in which an autoscaler can follow'),
});

const closedShape = z.strictObject({
  users: people.describe('users that each wait for their answer before they ask again'),
  ramp: duration.default(0).describe('over which the users arrive, evenly'),
  think: duration.default(0).describe('pause of a user between an answer and the next request'),
});

const stepsShape = z.strictObject({
  from: rate,
  to: rate.describe('the search ends here'),
  factor: z.number().min(1.01).max(10).default(1.25),
  every: duration.default(15_000),
  p99: z.number().positive().default(1000).describe('milliseconds; a step with a higher P99 did not hold'),
  done: z.number().min(0).max(1).default(0.98).describe('share of the scheduled requests that must be answered'),
});

const valueShape = z.strictObject({
  of: z.union([z.number().int().min(1).max(1_000_000), z.array(z.string()).min(1)]).describe('how many, or the texts'),
  pick: z
    .enum(['in-turn', 'random', 'skewed', 'once'])
    .default('in-turn')
    .describe('`once`: one of them, drawn anew for each test'),
  exponent: z.number().min(0).max(5).default(1).describe('of the Zipf distribution that `skewed` follows'),
  text: z.string().default('{}').describe('`{}` stands for the number, or for the text from the list'),
});

const jsonBody: z.ZodType<unknown> = z.json();

const requestShape = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.union([z.string().startsWith('/'), z.array(z.string().startsWith('/')).min(1)]).default('/'),
  headers: z.record(z.string(), z.string()).default({}),
  body: jsonBody.optional().describe('a text is sent as it is, anything else as JSON'),
});

const cacheShape = z
  .strictObject({
    header: z.string().optional().describe('name of a response header'),
    field: z.string().optional().describe('a field of the JSON answer, `a.b` for nested ones'),
    hit: z.union([z.string(), z.number(), z.boolean()]).describe('the value that means: from the cache'),
  })
  .refine(({ header, field }) => (header === undefined) !== (field === undefined), 'give either `header` or `field`');

const thresholdShape = z.strictObject({ title: z.string(), expect: z.string(), observed: z.string().optional() });

/** What a file in `playbooks/<system>/load/` holds: one load test. */
export const scenarioSchema = z
  .strictObject({
    title: z.string().min(1),
    description: z.string().optional(),
    open: openShape.optional().describe('open loop: requests are due by the clock, whatever the answers do'),
    closed: closedShape.optional().describe('closed loop: a slow answer slows the load down, so a stall is hidden'),
    steps: stepsShape.optional().describe('open loop in growing steps until one does not hold'),
    sustained: duration.default(60_000).describe('the phase that targets are judged on'),
    'warm-up': duration.default(2000).describe('goes before everything and is not counted'),
    drain: duration.default(5000).describe('how long the last answers are waited for; the rest are timeouts'),
    request: requestShape.prefault({}),
    values: z.record(z.string().regex(/^[A-Za-z]\w*$/), valueShape).default({}),
    cache: cacheShape.optional(),
    connections: z.number().int().min(1).max(5000).default(100),
    timeout: duration.default(10_000),
    target: z
      .strictObject({
        service: z
          .string()
          .regex(/^[^:]+:\d+$/, 'write it as name:port')
          .optional(),
        ingress: z.string().optional(),
        host: z.string().optional(),
      })
      .optional()
      .describe('where the load goes when no URL is given'),
    limits: z
      .strictObject({
        'per-client': z
          .strictObject({ configmap: z.string(), key: z.string(), value: z.string().describe('who is a client') })
          .optional(),
      })
      .optional()
      .describe('limits of the system that would spoil this test; looked up before it starts'),
    thresholds: z.array(thresholdShape).optional().describe('left out: the targets of the system'),
    'sandbox-scale': z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('on the sandbox all rates and users are divided by this; everything that shows it says so'),
  })
  .superRefine((scenario, context) => {
    const shapes = [scenario.open, scenario.closed, scenario.steps].filter((shape) => shape !== undefined);
    if (shapes.length !== 1)
      context.addIssue({ code: 'custom', message: 'a scenario has exactly one of `open`, `closed` and `steps`' });
    const client = scenario.limits?.['per-client']?.value;
    if (client !== undefined && !Object.hasOwn(scenario.values, client))
      context.addIssue({
        code: 'custom',
        path: ['limits', 'per-client', 'value'],
        message: `there is no value \`${client}\` in \`values\``,
      });
    for (const { path, name } of unknownPlaceholders(scenario))
      context.addIssue({ code: 'custom', path, message: `there is no value \`${name}\` in \`values\`` });
  });

/** A load test as it is run: durations are milliseconds. Plain data, so that it can be sent to a worker. */
export type Scenario = z.output<typeof scenarioSchema> & {
  name: string;
  /** Its rates are one part in so many of what was written: a rehearsal. */
  scale?: number;
};
export type ScenarioValue = z.output<typeof valueShape>;
export type CacheRule = z.output<typeof cacheShape>;
export type Threshold = z.output<typeof thresholdShape>;
export type Steps = z.output<typeof stepsShape>;

/** `{{name}}` in a path, header or body: the value that this request has under that name. */
export const placeholder = /\{\{\s*([A-Za-z]\w*)\s*\}\}/g;

/** Every text of a scenario's request in which placeholders may stand, with its path in the file. */
function requestTexts(request: z.output<typeof requestShape>): { path: (string | number)[]; text: string }[] {
  const found: { path: (string | number)[]; text: string }[] = [];
  const visit = (value: unknown, path: (string | number)[]) => {
    if (typeof value === 'string') found.push({ path, text: value });
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index]);
    else if (value !== null && typeof value === 'object')
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
  };
  visit(request, ['request']);
  return found;
}

function unknownPlaceholders(scenario: {
  request: z.output<typeof requestShape>;
  values: Record<string, unknown>;
}): { path: (string | number)[]; name: string }[] {
  return requestTexts(scenario.request).flatMap(({ path, text }) =>
    [...text.matchAll(placeholder)]
      .map((match) => match[1] ?? '')
      .filter((name) => !Object.hasOwn(scenario.values, name))
      .map((name) => ({ path, name })),
  );
}

/** Checks a scenario that was written in a program. Throws zod's error. */
export function defineScenario(name: string, input: z.input<typeof scenarioSchema>): Scenario {
  return { ...scenarioSchema.parse(input), name };
}
