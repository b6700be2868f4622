import { parseBytes, parseCpu } from '../../kubernetes/quantity.ts';
import { wallClock } from '../workloads/clock.ts';
import type { ProcessContext } from '../workloads/image.ts';
import { withVariables } from './environment.ts';
import type { ContainerSpec, Pod } from './pod.ts';
import type { RunnerParts } from './runner-parts.ts';

/** It runs to its end before the others; sidecars do not. */
export function isInit(pod: Pod, spec: ContainerSpec): boolean {
  return spec.restartPolicy !== 'Always' && (pod.spec.initContainers?.some((one) => one.name === spec.name) ?? false);
}

/** What a container's process is told, but for its log and its end. */
export function contextOf(
  parts: RunnerParts,
  spec: ContainerSpec,
  env: Record<string, string>,
): Omit<ProcessContext, 'log' | 'write' | 'stdin' | 'exit' | 'refuse' | 'system' | 'api'> {
  const { host } = parts;
  const { metadata, spec: wanted } = parts.pod();
  const { name, namespace = 'default' } = metadata;
  const { cpu, memory } = spec.resources?.limits ?? {};
  return {
    pod: name,
    namespace,
    container: spec.name,
    node: host.node,
    annotations: metadata.annotations ?? {},
    env,
    tty: spec.tty ?? false,
    args: [...(spec.command ?? []), ...(spec.args ?? [])].map((word) => withVariables(word, env)),
    runsToEnd: isInit(parts.pod(), spec) || (wanted.restartPolicy ?? 'Always') !== 'Always',
    ports: (spec.ports ?? []).map((port) => port.containerPort),
    cpuLimit: cpu ? parseCpu(cpu) : undefined,
    memoryLimit: memory ? parseBytes(memory) : undefined,
    clock: wallClock,
    random: Math.random,
    shorten: host.pace.shorten,
    dial: (to: string, port: number) => host.dial(namespace, to, port),
  };
}
