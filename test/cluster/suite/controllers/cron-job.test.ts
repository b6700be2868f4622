import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { type Anything, conditionsOf, openWorkbench, type Workbench } from './workbench.ts';

const cluster = await openCluster();
let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(cluster);
});
afterAll(() => cluster.close());

const jobSpec = (command: string[]) => ({
  template: {
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'work', image: 'busybox:1', command }],
    },
  },
});
const cronOf = (name: string, schedule: string, spec: object = {}, command = ['true']) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: { schedule, jobTemplate: { metadata: { labels: { cron: name } }, spec: jobSpec(command) }, ...spec },
});
/** As `kubectl create job --from=cronjob/…` sends it. */
const jobFrom = (cron: Anything, name: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name,
    annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
    labels: { cron: cron.metadata.name },
    ownerReferences: [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        name: cron.metadata.name,
        uid: cron.metadata.uid,
        controller: true,
      },
    ],
  },
  spec: cron.spec.jobTemplate.spec,
});
const never = '0 0 29 2 *';

it.concurrent('has its defaults and an empty status', async () => {
  const cron = await bench.make('cronjobs', cronOf('plain', never));
  expect(cron.spec).toMatchObject({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  expect(cron.status).toEqual({});
});

it.concurrent('takes notice of a job that is made from it by hand', async () => {
  const cron = await bench.make('cronjobs', cronOf('manual', never));
  await bench.make('jobs', jobFrom(cron, 'by-hand'));
  const job = await bench.until('jobs', 'by-hand', (one) => conditionsOf(one).Complete?.status === 'True');
  const { status } = await bench.until('cronjobs', 'manual', (one) => one.status.lastSuccessfulTime !== undefined);
  expect(status).toEqual({ lastSuccessfulTime: job.status.completionTime });
  expect(await bench.events('manual', /UnexpectedJob/)).toContain(
    'Warning UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand',
  );
});

it.concurrent('keeps as many ended jobs as it is told', async () => {
  const cron = await bench.make('cronjobs', cronOf('forgetful', never, { successfulJobsHistoryLimit: 1 }));
  for (const name of ['first', 'second']) {
    await bench.make('jobs', jobFrom(cron, name));
    if (name === 'first') await bench.until('jobs', name, (one) => conditionsOf(one).Complete?.status === 'True');
  }
  await bench.gone('jobs', 'first');
  await bench.until('jobs', 'second', (one) => conditionsOf(one).Complete?.status === 'True');
  expect(await bench.events('forgetful', /Deleted/)).toContain('Normal SuccessfulDelete: Deleted job first');
});

it.concurrent('takes its jobs with it', async () => {
  const cron = await bench.make('cronjobs', cronOf('taken', never, {}, ['sleep', '600']));
  await bench.make('jobs', jobFrom(cron, 'child'));
  await bench.untilAll('pods', (pods) => pods.length === 1, 'job-name=child');
  await cluster.remove(bench.at('cronjobs', 'taken'), { propagationPolicy: 'Background' });
  await bench.gone('jobs', 'child');
  await bench.untilAll('pods', (pods) => pods.length === 0, 'job-name=child');
});

// A minute has to pass: only in the run that compares both servers.
it.skipIf(!process.env.CLUSTER_UNDER_TEST)(
  'makes a job each minute, and minds one that still runs',
  { timeout: 150_000 },
  async () => {
    const minutely = '* * * * *';
    // All three are to be made within one minute, well before its end.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 5000) await new Promise((resolve) => setTimeout(resolve, left));
    const created = await bench.make('cronjobs', cronOf('minutely', minutely, { timeZone: 'Asia/Kolkata' }));
    await bench.make('cronjobs', cronOf('held', minutely, { suspend: true }));
    const busy = cronOf('busy', minutely, { concurrencyPolicy: 'Forbid' }, ['sleep', '600']);
    await bench.make('cronjobs', busy);
    const due = (Math.floor(Date.parse(created.metadata.creationTimestamp) / 60_000) + 1) * 60_000;
    const name = `minutely-${due / 60_000}`;
    const path = bench.at('jobs', name);
    for (let tries = 0; tries < 3 && (await cluster.get(path)).status !== 200; tries += 1)
      await cluster.until(path, ({ status }) => status === 200).catch(() => undefined);
    const job = await bench.until('jobs', name, (one) => conditionsOf(one).Complete?.status === 'True');
    expect(job.metadata.labels).toMatchObject({ cron: 'minutely' });
    expect(job.metadata.annotations).toMatchObject({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': expect.stringMatching(/T\d\d:\d\d:00\+05:30$/),
    });
    expect(job.metadata.ownerReferences).toMatchObject([
      { apiVersion: 'batch/v1', kind: 'CronJob', name: 'minutely', uid: created.metadata.uid, controller: true },
    ]);
    const { status } = await bench.until('cronjobs', 'minutely', (one) => one.status.lastSuccessfulTime !== undefined);
    const scheduled = `${new Date(due).toISOString().slice(0, 19)}Z`;
    expect(status).toEqual({ lastScheduleTime: scheduled, lastSuccessfulTime: job.status.completionTime });
    const events = await bench.events('minutely', /SawCompletedJob/);
    expect(events).toContain(`Normal SuccessfulCreate: Created job ${name}`);
    expect(events).toContain(`Normal SawCompletedJob: Saw completed job: ${name}, condition: Complete`);

    const still = await bench.until('cronjobs', 'busy', (one) => one.status.active?.length === 1);
    expect(still.status.active).toEqual([
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: `busy-${due / 60_000}`,
        namespace: bench.namespace,
        uid: expect.any(String),
        resourceVersion: expect.any(String),
      },
    ]);
    expect(await bench.list('jobs', 'cron=held')).toEqual([]);
  },
);
