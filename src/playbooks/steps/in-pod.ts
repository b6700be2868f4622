import { StringDecoder } from 'node:string_decoder';
import { containerOf, readyPodOf } from '../../cluster/streams/pod-target.ts';
import type { AccessNeed, PreviewContext } from '../step-kind.ts';
import { resolveObjectName } from './object-names.ts';

/** A container of a running pod. */
export interface ChosenContainer {
  namespace: string;
  pod: string;
  container: string;
}

/** A pod, workload or Service, and where it is when not in the step's own namespace. */
interface ContainerWanted {
  in: string;
  container?: string | undefined;
  namespace?: string | undefined;
}

/** The container that a step acts in: of a pod, or of a ready pod of a workload or Service. Throws `Problem`. */
export async function chooseContainer(
  { in: target, container, namespace: own }: ContainerWanted,
  { connection, signal, ...context }: Pick<PreviewContext, 'connection' | 'namespace' | 'signal'>,
): Promise<ChosenContainer> {
  const namespace = own || context.namespace;
  const pod = await readyPodOf(connection, await resolveObjectName(connection, target, namespace), signal);
  return { namespace, pod: pod.metadata.name, container: containerOf(pod, container) };
}

/**
 * What a command in a container needs. WebSockets are opened by GET; since Kubernetes 1.35 `create` is asked for as well
 * (`AuthorizePodWebsocketUpgradeCreatePermission`).
 */
export function execAccess(given?: string): readonly AccessNeed[] {
  const namespace = given || undefined;
  return [
    { verbs: ['get', 'list'], apiVersion: 'v1', kind: 'Pod', namespace },
    { verbs: ['get', 'create'], apiVersion: 'v1', kind: 'Pod', subresource: 'exec', namespace },
  ];
}

/** Hands on whole lines of a stream of bytes; `end` hands on what stands behind the last one. */
export function lineWriter(say: (line: string) => void): { write(bytes: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    write(bytes) {
      const lines = (rest + decoder.write(bytes)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(line.replace(/\r$/, ''));
      // A line without an end must not fill the memory.
      if (rest.length > 64 * 1024) {
        say(rest);
        rest = '';
      }
    },
    end() {
      rest += decoder.end();
      if (rest !== '') say(rest);
      rest = '';
    },
  };
}
