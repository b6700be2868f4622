import { resolve } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { copyFrom, isCopiedFrom } from '../../cluster/streams/copy-from.ts';
import { copyTo, isCopiedTo } from '../../cluster/streams/copy-to.ts';
import { listLocalFiles } from '../../cluster/streams/local-files.ts';
import type { PlanContext, StepKind } from '../step-kind.ts';
import { bytesText, limited } from './byte-size.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { chooseContainer, execAccess } from './in-pod.ts';
import { kubectlName } from './object-names.ts';
import { objectName } from './step-shapes.ts';

const inPod = 'pod:';
const shape = {
  copy: z
    .strictObject({
      in: objectName.describe('A pod, or a workload or Service: then a ready pod of it'),
      container: z.string().min(1).optional().describe('The pod’s default, or its first, unless said'),
      from: z.string().min(1).describe('A file or folder beside the playbook, or `pod:/path`'),
      private: z
        .boolean()
        .optional()
        .describe('Out of a container: nobody but you may read what arrives; else files keep their modes'),
      to: z.string().min(1).describe('`pod:/path`, or a path in the folder that the console was started in'),
    })
    .refine(
      ({ from, to }) => from.startsWith(inPod) !== to.startsWith(inPod),
      'one of `from` and `to` is in the pod: write it `pod:/path`',
    )
    .describe('A file or folder that is copied into a container or out of it'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Copies files by a tar stream, and compares sums where the container has `sha256sum`, sizes otherwise. */
export const copyStep: StepKind<Config> = {
  name: 'copy',
  description: 'Copies files into a container or out of it, and makes sure that they arrived',
  shape,
  // It reads and writes files of this machine.
  effects: 'outside',
  outputs: { files: 'double', bytes: 'double', target: 'string', verified: 'string', pod: 'string' },
  access: async () => execAccess(),
  async plan({ copy }, context) {
    const wanted = renderKnown(context, copy);
    const { toPod, from, to } = ways(wanted, context);
    const files = toPod ? (await listLocalFiles(from)).filter(({ kind }) => kind === 'file') : [];
    const size = toPod ? ` (${counted(files.length, 'file')}, ${bytesText(sum(files.map((file) => file.size)))})` : '';
    const note = toPod ? `${copy.from} → ${to}${size}` : `${from} → ${to}`;
    const why = 'whether it is there already is known when it runs';
    const object = toPod ? wanted.in : `file/${copy.to}`;
    const change = { object, action: 'update' as const, note, ...(toPod ? { namespace: context.namespace } : {}) };
    return { certainty: 'partly', summary: `copies ${note}`, changes: [change], why };
  },
  async probe({ copy }, context) {
    const wanted = context.render(copy);
    const { toPod, from, to } = ways(wanted, context);
    const place = { ...(await chooseContainer(wanted, context)), signal: context.signal };
    const done = await (toPod ? isCopiedTo : isCopiedFrom)(context.connection, place, { from, to });
    // To copy once more does no harm.
    if (done === undefined)
      return { done: false, reason: 'whether all of it is there cannot be told; it is copied again' };
    return { done, reason: done ? 'the same bytes are there' : 'not there, or other bytes' };
  },
  async run({ copy }, context) {
    const { connection, signal, progress } = context;
    const wanted = context.render(copy);
    const { toPod, from, to } = ways(wanted, context);
    const place = { ...(await chooseContainer(wanted, context)), signal };
    const say = limited((bytes: number, all?: number) =>
      progress(
        all === undefined ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(all)}`,
        all === undefined || all === 0 ? undefined : bytes / all,
      ),
    );
    const way = { from, to, onProgress: say, isPrivate: wanted.private ?? false };
    const copied = toPod ? await copyTo(connection, place, way) : await copyFrom(connection, place, way);
    const { files, bytes, verified, target } = copied;
    const sure = {
      sha256: 'SHA-256 sums compared',
      size: 'sizes compared',
      nothing: 'not verified: the container has no sha256sum and no stat',
    };
    const summary = `${counted(files, 'file')}, ${bytesText(bytes)} → ${target}; ${sure[verified]}`;
    return { summary, outputs: { files, bytes, target, verified, pod: place.pod } };
  },
  async equivalent({ copy }, context) {
    const { in: target, container, from, to } = renderKnown(context, copy);
    const pod = target.startsWith('Pod/') ? target.slice(4) : '$POD';
    const c = container ? ` -c ${shellWord(container)}` : '';
    const side = (path: string) => (path.startsWith(inPod) ? `"${pod}:${path.slice(inPod.length)}"` : shellWord(path));
    const find = `POD=$(kubectl get pods -n ${context.namespace} -o name | head -n 1)  # a ready pod of ${kubectlName(target)}`;
    const line = `kubectl cp -n ${context.namespace}${c} ${side(from)} ${side(to)}`;
    return pod === '$POD' ? [find, line] : [line];
  },
};

function ways({ from, to }: Config['copy'], { pathOf, workspace }: Pick<PlanContext, 'pathOf' | 'workspace'>) {
  if (to.startsWith(inPod)) return { toPod: true, from: pathOf(from), to: to.slice(inPod.length) };
  const path = resolve(workspace, to);
  if (path !== workspace && !path.startsWith(workspace.endsWith('/') ? workspace : `${workspace}/`))
    throw new Problem(`${to} is outside of the folder that the console was started in`, { where: workspace });
  return { toPod: false, from: from.slice(inPod.length), to: to.endsWith('/') ? `${path}/` : path };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
