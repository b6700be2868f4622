import { expect, it, vi } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { ApiClient } from '../../../src/sandbox/client.ts';
import { createEventRecorder } from '../../../src/sandbox/node/events.ts';

it('what happens to one pod is written in its order, and waits for nothing that happens to others', async () => {
  const open: { object: string; message: string; done: () => void }[] = [];
  const create = (_: string, event: unknown) =>
    new Promise<void>((done) => {
      const { involvedObject, message } = event as { involvedObject: { name: string }; message: string };
      open.push({ object: involvedObject.name, message, done });
    });
  const { report } = createEventRecorder({ create } as unknown as ApiClient, 'node-1');
  const pod = (name: string) => ({ kind: 'Pod', metadata: { name, uid: name } }) as KubernetesObject;
  report(pod('slow'), 'Normal', 'Pulling', 'first');
  report(pod('slow'), 'Normal', 'Pulled', 'second');
  report(pod('other'), 'Normal', 'Pulling', 'of the other');
  const written = () => open.map(({ message }) => message);
  await vi.waitFor(() => expect(written()).toEqual(['first', 'of the other']));
  open[0]?.done();
  await vi.waitFor(() => expect(written()).toEqual(['first', 'of the other', 'second']));
});
