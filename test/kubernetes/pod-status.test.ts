import { expect, test } from 'vitest';
import type { Pod, PodStatus } from '../../src/kubernetes/pod.ts';
import { summarizePod } from '../../src/kubernetes/pod-status.ts';

function pod(status: PodStatus, more: { init?: object[]; deleted?: boolean; containers?: number } = {}): Pod {
  const { init = [], deleted = false, containers = 1 } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: {
      containers: Array.from({ length: containers }, (_, index) => ({ name: `c${index}` })),
      initContainers: init as Pod['spec']['containers'],
    },
    status,
  };
}
const container = (state: object, more: object = {}) => ({ name: 'c0', ready: false, restartCount: 0, state, ...more });
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason?: string) => ({ terminated: { exitCode, ...(reason ? { reason } : {}) } });
const columns = (object: Pod) => {
  const { ready, total, status, restarts } = summarizePod(object);
  return `${ready}/${total} ${status} ${restarts}`;
};

test.each([
  ['0/1 Pending 0', pod({ phase: 'Pending' })],
  [
    '0/1 ContainerCreating 0',
    pod({ phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] }),
  ],
  ['1/1 Running 0', pod({ phase: 'Running', containerStatuses: [container(running, { ready: true })] })],
  ['0/1 Running 2', pod({ phase: 'Running', containerStatuses: [container(running, { restartCount: 2 })] })],
  [
    '0/1 CrashLoopBackOff 3',
    pod({
      phase: 'Running',
      containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3 })],
    }),
  ],
  ['0/1 OOMKilled 0', pod({ phase: 'Running', containerStatuses: [container(ended(137, 'OOMKilled'))] })],
  ['0/1 ExitCode:3 0', pod({ phase: 'Failed', containerStatuses: [container(ended(3))] })],
  [
    '0/1 Signal:9 0',
    pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] }),
  ],
  ['0/1 Completed 0', pod({ phase: 'Succeeded', containerStatuses: [container(ended(0, 'Completed'))] })],
  ['0/1 Evicted 0', pod({ phase: 'Failed', reason: 'Evicted' })],
  [
    '1/1 Terminating 0',
    pod({ phase: 'Running', containerStatuses: [container(running, { ready: true })] }, { deleted: true }),
  ],
  [
    '0/1 Completed 0',
    pod({ phase: 'Succeeded', containerStatuses: [container(ended(0, 'Completed'))] }, { deleted: true }),
  ],
  ['0/1 Unknown 0', pod({ phase: 'Running', reason: 'NodeLost' }, { deleted: true })],
  [
    '0/1 SchedulingGated 0',
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
  ],
  [
    '0/1 Init:0/2 0',
    pod({ phase: 'Pending', initContainerStatuses: [container(running)] }, { init: [{ name: 'c0' }, { name: 'c1' }] }),
  ],
  [
    '0/1 Init:1/2 1',
    pod(
      { phase: 'Pending', initContainerStatuses: [container(ended(0), { restartCount: 1 }), container(running)] },
      { init: [{ name: 'c0' }, { name: 'c1' }] },
    ),
  ],
  [
    '0/1 Init:Error 0',
    pod({ phase: 'Pending', initContainerStatuses: [container(ended(1, 'Error'))] }, { init: [{ name: 'c0' }] }),
  ],
  [
    '0/1 Init:ImagePullBackOff 0',
    pod(
      { phase: 'Pending', initContainerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })] },
      { init: [{ name: 'c0' }] },
    ),
  ],
  [
    '2/2 Running 4',
    pod(
      {
        phase: 'Running',
        initContainerStatuses: [container(running, { name: 's', started: true, ready: true, restartCount: 4 })],
        containerStatuses: [container(running, { ready: true })],
      },
      { init: [{ name: 's', restartPolicy: 'Always' }] },
    ),
  ],
  [
    '1/2 NotReady 0',
    pod(
      { phase: 'Running', containerStatuses: [container(ended(0, 'Completed')), container(running, { ready: true })] },
      { containers: 2 },
    ),
  ],
])('%s', (expected, object) => expect(columns(object)).toBe(expected));

test('the last restart is when a container last ended', () => {
  const at = (finishedAt: string) => ({ lastState: { terminated: { exitCode: 1, finishedAt } }, restartCount: 1 });
  const statuses = [container(running, at('2026-01-01T00:00:00Z')), container(running, at('2026-01-02T00:00:00Z'))];
  const summary = summarizePod(pod({ phase: 'Running', containerStatuses: statuses }, { containers: 2 }));
  expect(summary).toMatchObject({ restarts: 2, lastRestart: '2026-01-02T00:00:00Z' });
});
