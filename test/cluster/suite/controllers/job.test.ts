import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { type Anything, conditionsOf, countsOf, openWorkbench, type Workbench, workload } from './workbench.ts';

const cluster = await openCluster();
let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(cluster);
});
afterAll(() => cluster.close());

const tracking = 'batch.kubernetes.io/job-tracking';
const indexKey = 'batch.kubernetes.io/job-completion-index';
const well = ['true'];
const badly = ['false'];
const long = ['sleep', '600'];

const jobOf = (name: string, command: string[], spec: object = {}, restartPolicy = 'Never') => {
  const job = workload('Job', name);
  const containers = [{ name: 'work', image: 'busybox:1', command }];
  return {
    ...job,
    spec: { template: { spec: { restartPolicy, terminationGracePeriodSeconds: 1, containers } }, ...spec },
  };
};
const make = (name: string, command: string[], spec: object = {}, restartPolicy?: string) =>
  bench.make('jobs', jobOf(name, command, spec, restartPolicy));
const podsOf = (name: string) => bench.list('pods', `batch.kubernetes.io/job-name=${name}`);
const ended = (name: string, type: 'Complete' | 'Failed') =>
  bench.until('jobs', name, (job) => conditionsOf(job)[type]?.status === 'True');
const running = (name: string, count: number) =>
  bench.until('jobs', name, ({ status = {} }) => status.active === count && status.ready === count);
const failure = (reason: string, message: unknown) => {
  const told = { status: 'True', reason, message };
  return { FailureTarget: told, Failed: told };
};

it.concurrent('runs as many pods to their end as it wants, so many at the same time', async () => {
  const made = await make('plain', well, { completions: 3, parallelism: 2 });
  const { uid } = made.metadata;
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': 'plain',
    'controller-uid': uid,
    'job-name': 'plain',
  };
  expect(made.spec).toMatchObject({
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    podReplacementPolicy: 'TerminatingOrFailed',
    suspend: false,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: { metadata: { labels } },
  });
  const job = await ended('plain', 'Complete');
  const { startTime, completionTime, ...counts } = countsOf(job);
  expect(counts).toEqual({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect([startTime, completionTime]).toEqual([expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)]);
  const met = { status: 'True', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  expect(conditionsOf(job)).toEqual({ SuccessCriteriaMet: met, Complete: met });
  expect(job.status.conditions.map(({ type }: Anything) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
  const pods = await podsOf('plain');
  expect(pods).toHaveLength(3);
  for (const { metadata } of pods) {
    expect(metadata.name).toMatch(/^plain-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(metadata.labels).toEqual(labels);
    expect(metadata.finalizers ?? []).toEqual([]);
    expect(metadata.ownerReferences).toMatchObject([
      { apiVersion: 'batch/v1', kind: 'Job', name: 'plain', uid, controller: true },
    ]);
  }
  const events = await bench.events('plain', /Completed/);
  for (const { metadata } of pods) expect(events).toContain(`Normal SuccessfulCreate: Created pod: ${metadata.name}`);
  expect(events).toContain('Normal Completed: Job completed');
});

it.concurrent('marks its pods until they are counted', async () => {
  await make('marked', long);
  const job = await running('marked', 1);
  expect(countsOf(job)).toEqual({
    active: 1,
    ready: 1,
    terminating: 0,
    startTime: expect.any(String),
    uncountedTerminatedPods: {},
  });
  expect((await podsOf('marked'))[0].metadata.finalizers).toEqual([tracking]);
});

it.concurrent('without a number of completions ends with its first success', async () => {
  await make('queue', well, { parallelism: 2 });
  const job = await ended('queue', 'Complete');
  expect(job.spec.completions).toBeUndefined();
  expect(job.status.succeeded).toBe((await podsOf('queue')).length);
});

it.concurrent('gives up after its back-off limit', async () => {
  await make('failing', badly, { backoffLimit: 0 });
  const job = await ended('failing', 'Failed');
  expect(conditionsOf(job)).toEqual(failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit'));
  const { startTime: _, ...counts } = countsOf(job);
  expect(counts).toEqual({ failed: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect(await bench.events('failing', /Backoff/)).toContain(
    'Warning BackoffLimitExceeded: Job has reached the specified backoff limit',
  );
});

it.concurrent('counts restarts in place where its pods restart', async () => {
  await make('restarting', badly, { backoffLimit: 1 }, 'OnFailure');
  const job = await ended('restarting', 'Failed');
  expect(conditionsOf(job)).toEqual(failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit'));
  expect(job.status.failed).toBe(1);
});

it.concurrent('numbers its pods when they are indexed', async () => {
  await make('indexed', well, { completions: 3, parallelism: 3, completionMode: 'Indexed' });
  const job = await ended('indexed', 'Complete');
  expect(job.status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
  const pods = await podsOf('indexed');
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(
    [0, 1, 2].map((index) => expect.stringMatching(new RegExp(`^indexed-${index}-[a-z0-9]{5}$`))),
  );
  for (const [index, { metadata, spec }] of pods.entries()) {
    expect(metadata.generateName).toBe(`indexed-${index}-`);
    expect(metadata.annotations).toMatchObject({ [indexKey]: String(index) });
    expect(metadata.labels[indexKey]).toBe(String(index));
    expect(spec.hostname).toBe(`indexed-${index}`);
    expect(spec.containers[0].env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${indexKey}']` } },
      },
    ]);
  }
});

it.concurrent('fails at once when its failure policy says so', async () => {
  const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }];
  await make('policy', badly, { backoffLimit: 6, podFailurePolicy: { rules } });
  const job = await ended('policy', 'Failed');
  const [pod] = await podsOf('policy');
  const message = `Container work for pod ${bench.namespace}/${pod.metadata.name} failed with exit code 1 matching FailJob rule at index 0`;
  expect(conditionsOf(job)).toEqual(failure('PodFailurePolicy', message));
  expect(job.status.failed).toBe(1);
  expect(job.spec.podReplacementPolicy).toBe('Failed');
});

it.concurrent('ends early when its success policy is met', async () => {
  const successPolicy = { rules: [{ succeededIndexes: '7' }, { succeededCount: 1 }] };
  const spec = { completions: 8, parallelism: 1, completionMode: 'Indexed', successPolicy };
  await make('enough', well, spec);
  const job = await ended('enough', 'Complete');
  const met = { status: 'True', reason: 'SuccessPolicy', message: 'Matched rules at index 1' };
  expect(conditionsOf(job)).toEqual({ SuccessCriteriaMet: met, Complete: met });
  expect(job.status).toMatchObject({ succeeded: 1, completedIndexes: '0' });
});

it.concurrent('counts failures of each index on its own', async () => {
  const spec = { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 0 };
  const made = await make('each', badly, spec);
  expect(made.spec.backoffLimit).toBe(2_147_483_647);
  const job = await ended('each', 'Failed');
  expect(conditionsOf(job)).toEqual(failure('FailedIndexes', 'Job has failed indexes'));
  expect(job.status).toMatchObject({ failed: 2, failedIndexes: '0,1' });
  const [pod] = await podsOf('each');
  expect(pod.metadata.annotations['batch.kubernetes.io/job-index-failure-count']).toBe('0');
});

it.concurrent('stops when too many indexes have failed', async () => {
  const spec = {
    completions: 5,
    parallelism: 1,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 0,
    maxFailedIndexes: 0,
  };
  await make('many', badly, spec);
  const job = await ended('many', 'Failed');
  const message = 'Job has exceeded the specified maximal number of failed indexes';
  expect(conditionsOf(job)).toEqual(failure('MaxFailedIndexesExceeded', message));
  expect(job.status.failedIndexes).toBe('0');
});

it.concurrent('is active no longer than its deadline', async () => {
  await make('late', long, { activeDeadlineSeconds: 1 });
  const job = await ended('late', 'Failed');
  expect(conditionsOf(job)).toEqual(failure('DeadlineExceeded', 'Job was active longer than specified deadline'));
  expect(job.status).toMatchObject({ failed: 1, ready: 0, terminating: 0 });
  await bench.untilAll('pods', (pods) => pods.length === 0, 'job-name=late');
  expect(await bench.events('late', /DeadlineExceeded/)).toContainEqual(
    expect.stringMatching(/^Normal SuccessfulDelete/),
  );
});

it.concurrent('goes away by itself some time after it ended', async () => {
  await make('brief', well, { ttlSecondsAfterFinished: 0 });
  await bench.gone('jobs', 'brief');
  expect(await podsOf('brief')).toEqual([]);
});

it.concurrent('has no pods while it is suspended, and takes none of it as a failure', async () => {
  await make('held', long, { suspend: true });
  const held = await bench.until('jobs', 'held', (job) => conditionsOf(job).Suspended !== undefined);
  expect(conditionsOf(held)).toEqual({
    Suspended: { status: 'True', reason: 'JobSuspended', message: 'Job suspended' },
  });
  expect(countsOf(held)).toEqual({ ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  await bench.merge('jobs', 'held', { spec: { suspend: false } });
  const resumed = await running('held', 1);
  expect(conditionsOf(resumed)).toEqual({
    Suspended: { status: 'False', reason: 'JobResumed', message: 'Job resumed' },
  });
  expect(resumed.status.startTime).toBeDefined();
  await bench.merge('jobs', 'held', { spec: { suspend: true } });
  await bench.untilAll('pods', (pods) => pods.length === 0, 'job-name=held');
  const again = await bench.until(
    'jobs',
    'held',
    (job) => conditionsOf(job).Suspended?.status === 'True' && !job.status.terminating,
  );
  expect([again.status.failed, again.status.active, again.status.startTime]).toEqual([undefined, undefined, undefined]);
  const events = await bench.events('held', /Resumed/);
  expect(events).toEqual(expect.arrayContaining(['Normal Suspended: Job suspended', 'Normal Resumed: Job resumed']));
});

it.concurrent('runs fewer pods when fewer are wanted', async () => {
  await make('fewer', long, { parallelism: 3, completions: 3 });
  await running('fewer', 3);
  await bench.merge('jobs', 'fewer', { spec: { parallelism: 1 } });
  await bench.untilAll('pods', (pods) => pods.length === 1, 'job-name=fewer');
  const job = await bench.until('jobs', 'fewer', ({ status }) => status.active === 1 && status.terminating === 0);
  expect(job.status.failed).toBeUndefined();
});

it.concurrent('replaces a pod that somebody deletes, and counts it as failed', async () => {
  const job = jobOf('robbed', well);
  // No node has it: the pod is gone at once, but for its mark.
  job.spec.template.spec.nodeSelector = { nowhere: 'yes' };
  await bench.make('jobs', job);
  const [{ metadata }] = await bench.untilAll('pods', (pods) => pods.length === 1, 'job-name=robbed');
  await bench.until('jobs', 'robbed', ({ status = {} }) => status.active === 1);
  await cluster.remove(bench.at('pods', metadata.name));
  await bench.until('jobs', 'robbed', ({ status }) => status.failed === 1);
  await bench.gone('pods', metadata.name);
});

it.concurrent('takes its pods with it, or leaves them without its mark', async () => {
  await make('taken', long);
  await make('left', long);
  await running('taken', 1);
  await running('left', 1);
  const background = await cluster.remove(bench.at('jobs', 'taken'), { propagationPolicy: 'Background' });
  expect(background.status).toBe(200);
  await bench.gone('jobs', 'taken');
  await bench.untilAll('pods', (pods) => pods.length === 0, 'job-name=taken');
  await cluster.remove(bench.at('jobs', 'left'), { propagationPolicy: 'Orphan' });
  await bench.gone('jobs', 'left');
  const [pod] = await bench.untilAll('pods', ([one]) => !one?.metadata.finalizers?.length, 'job-name=left');
  expect(pod.metadata.deletionTimestamp).toBeUndefined();
  expect(pod.metadata.ownerReferences ?? []).toEqual([]);
});

it.concurrent('leaves a job alone that another controller manages', async () => {
  await make('foreign', well, { managedBy: 'example.com/jobs' });
  await make('own', well);
  await ended('own', 'Complete');
  const { status } = await bench.read('jobs', 'foreign');
  expect(status).toEqual({});
  expect(await podsOf('foreign')).toEqual([]);
});
