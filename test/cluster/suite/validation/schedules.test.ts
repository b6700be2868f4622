import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const template = {
  metadata: { labels: { app: 'a' } },
  spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:1' }] },
};

async function messageOf(path: string, spec: object) {
  const url = `/apis/${path.replace('/v1/', `/v1/namespaces/${namespace}/`)}?dryRun=All`;
  const { body } = await cluster.post(url, { metadata: { name: 'refused' }, spec });
  return body.message as string | undefined;
}

const cron = (spec: object) => messageOf('batch/v1/cronjobs', { jobTemplate: { spec: { template } }, ...spec });

it.each([
  ['61 * * * *', 'end of range (61) above maximum (59): 61'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
  ['@often', 'unrecognized descriptor: @often'],
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
])('the schedule %s is refused: %s', async (schedule, why) => {
  const shown = JSON.stringify(schedule);
  expect(await cron({ schedule })).toBe(
    `CronJob.batch "refused" is invalid: spec.schedule: Invalid value: ${shown}: ${why}`,
  );
});

it.each(['Nowhere/City', 'europe/zurich', '../x'])('there is no time zone %s', async (timeZone) => {
  expect(await cron({ schedule: '@daily', timeZone })).toBe(
    `CronJob.batch "refused" is invalid: spec.timeZone: Invalid value: "${timeZone}": unknown time zone ${timeZone}`,
  );
});

it.each(['Europe/Zurich', 'UTC', 'EST'])('%s is a time zone', async (timeZone) => {
  expect(await cron({ schedule: '@daily', timeZone })).toBeUndefined();
});

it('a label selector is told all that is wrong with it', async () => {
  const matchExpressions = [{ key: 'app', operator: 'In', values: ['a!'] }];
  const message = await messageOf('apps/v1/deployments', { selector: { matchExpressions }, template });
  expect(message).toContain('spec.selector.matchExpressions[0].values[0]: Invalid value: "a!": a valid label must be');
  expect(message).toContain(
    `spec.selector: Invalid value: ${JSON.stringify({ matchExpressions })}: invalid label selector`,
  );
});
