import { z } from 'zod';
import type { Container, Pod } from '../../../../kubernetes/pod.ts';
import { parseBytes, parseCpu } from '../../../../kubernetes/quantity.ts';
import type { SourceKind } from '../source-kind.ts';
import { chosenPods, onePodChoice, onePodChoiceFault, podChoice, podWords } from './chosen-pods.ts';

const mostPods = 200;
const schema = z.strictObject({
  usage: z
    .strictObject(podChoice)
    .refine(onePodChoice, onePodChoiceFault)
    .describe(
      'What containers use, in cores and bytes: a list of {pod, container, cpu, memory, requests: {cpu, memory}, limits: {cpu, memory}}; null where there is none',
    ),
});

interface PodMetricsList {
  items?: { metadata: { name: string }; containers?: { name: string; usage?: { cpu?: string; memory?: string } }[] }[];
}

/** CPU and memory of containers beside their requests and limits, from the metrics API. Throws where that is not there. */
export const usageSource: SourceKind<z.infer<typeof schema>> = {
  key: 'usage',
  schema,
  async read({ usage }, context) {
    const { connection, signal, namespace: own } = context;
    const place = encodeURIComponent(usage.namespace ?? own);
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${place}/pods`;
    const query = { labelSelector: usage.selector };
    const [pods, { body }] = await Promise.all([
      chosenPods(usage, context, mostPods),
      connection.request<PodMetricsList>({ path, query, signal, timeoutMs: 10_000 }),
    ]);
    const measured = new Map(
      (body.items ?? []).flatMap(({ metadata, containers = [] }) =>
        containers.map((one): [string, typeof one.usage] => [`${metadata.name}/${one.name}`, one.usage]),
      ),
    );
    return pods.flatMap((pod) =>
      pod.spec.containers.map((container) =>
        row(pod, container, measured.get(`${pod.metadata.name}/${container.name}`)),
      ),
    );
  },
  commands: ({ usage }, own) => [`kubectl top pods --containers${podWords(usage, own)}`],
};

type Amounts = { cpu?: string | number; memory?: string | number };

function row(pod: Pod, { name, resources = {} }: Container, usage: Amounts | undefined) {
  const { requests, limits } = resources as { requests?: Amounts; limits?: Amounts };
  return {
    ...{ pod: pod.metadata.name, container: name },
    ...amounts(usage),
    ...{ requests: amounts(requests), limits: amounts(limits) },
  };
}

function amounts({ cpu, memory }: Amounts = {}) {
  return {
    cpu: cpu === undefined ? null : parseCpu(String(cpu)),
    memory: memory === undefined ? null : parseBytes(String(memory)),
  };
}
