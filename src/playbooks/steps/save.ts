import { z } from 'zod';
import { findKind } from '../../cluster/resources.ts';
import { parseBytes } from '../../kubernetes/quantity.ts';
import type { AccessNeed, StepKind, StepResult } from '../step-kind.ts';
import { bytesText } from './byte-size.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { writeBounded } from './save/bounded-file.ts';
import { savedLogs } from './save/logs.ts';
import { savedObjects } from './save/objects.ts';
import { scalar } from './step-shapes.ts';

const shape = {
  save: z
    .strictObject({
      objects: z
        .strictObject({
          kinds: z
            .union([z.array(z.string().min(1)).min(1), z.string().min(1)])
            .describe(
              'Kinds by their names, e.g. `[ConfigMap, Deployment]`, or an expression that comes to such a list',
            ),
          selector: z.string().optional().describe('Labels of the objects; all of the namespace unless said'),
          passphrase: z
            .string()
            .optional()
            .describe('Name of the sensitive input that closes Secrets; without it Secrets are left out'),
        })
        .optional()
        .describe('Objects of the namespace as YAML, without status and what belongs to their life on this cluster'),
      logs: z
        .strictObject({
          selector: z.string().optional().describe('Labels of the pods; all of the namespace unless said'),
          since: scalar.describe('Only lines of the last so many seconds'),
        })
        .optional()
        .describe('The logs of all containers of pods, with what Secrets hold hidden'),
      file: z
        .string()
        .min(1)
        .describe('A new file, by the folder that the console was started in, with mode 0600; never written over'),
      most: z
        .string()
        .optional()
        .describe('How large one file may be, e.g. `50Mi`; then the next begins, twenty at most. One file unless said'),
    })
    .refine(({ objects, logs }) => (objects === undefined) !== (logs === undefined), 'give one of `objects` and `logs`')
    .describe('What is written to a file'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Writes objects, or logs, of the namespace into files of this machine. */
export const saveStep: StepKind<Config> = {
  name: 'save',
  description: 'Writes objects or logs of the namespace into a file',
  shape,
  effects: 'outside',
  outputs: { file: 'string', files: 'double', bytes: 'double', sha256: 'string', count: 'double', cut: 'bool' },
  async plan({ save }, context) {
    const { file, objects } = renderKnown(
      { render: (value) => context.render(value, { run: { time: '<time>' } }) },
      save,
    );
    const what = objects ? `objects of ${context.namespace}` : `logs of ${context.namespace}`;
    return {
      certainty: 'previewed',
      summary: `${what} → ${file}`,
      changes: [{ object: `file/${file}`, action: 'create' }],
    };
  },
  async access({ save }, context) {
    if (save.logs) {
      const pods = { verbs: ['list'], apiVersion: 'v1', kind: 'Pod' };
      return [pods, { verbs: ['get'], apiVersion: 'v1', kind: 'Pod', subresource: 'log' }];
    }
    const needs = await Promise.all(
      kindsOf(context.render(save.objects?.kinds)).map(async (kind): Promise<AccessNeed[]> => {
        if (kind === 'Secret' && save.objects?.passphrase === undefined) return [];
        const found = await findKind(context.connection, kind);
        return found?.namespaced ? [{ verbs: ['list'], apiVersion: found.apiVersion, kind }] : [];
      }),
    );
    return needs.flat();
  },
  async run({ save }, context): Promise<StepResult> {
    const { file, most, objects, logs } = context.render(save);
    const counts = new Map<string, number>();
    const withSecrets = objects?.passphrase !== undefined;
    const kinds = kindsOf(objects?.kinds).filter((kind) => kind !== 'Secret' || withSecrets);
    const pieces = objects
      ? savedObjects({ ...objects, kinds }, context, counts)
      : savedLogs({ selector: logs?.selector || undefined, since: Number(logs?.since) }, context, counts);
    const { files, cut } = await writeBounded(pieces, { file, ...(most ? { most: parseBytes(most) } : {}) }, context);
    for (const [what, count] of counts) context.output(counted(count, what));
    for (const one of files) context.output(`${one.file}: ${bytesText(one.bytes)}, SHA-256 ${one.sha256}`);
    if (cut) context.output('There was more than twenty such files may hold; what is left out is the newest.');
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
    const [first] = files;
    const outputs = { file: first?.file ?? '', files: files.length, bytes, sha256: first?.sha256 ?? '', count, cut };
    const more = files.length > 1 ? ` and ${counted(files.length - 1, 'further file')}` : '';
    const held = logs ? counted(counts.get('line') ?? 0, 'line') : counted(count, 'object');
    return { summary: `${held}, ${bytesText(bytes)}: ${first?.file ?? ''}${more}`, outputs, locals: outputs };
  },
  async equivalent({ save }, context) {
    const { file, objects, logs } = renderKnown(context, save);
    const into = `> ${shellWord(file)}`;
    if (logs)
      return [
        `kubectl logs --prefix --timestamps --all-containers --since=${logs.since}s -n ${context.namespace} -l … ${into}`,
      ];
    return [`kubectl get ${kindsOf(objects?.kinds).join(',').toLowerCase()} -n ${context.namespace} -o yaml ${into}`];
  },
};

function kindsOf(kinds: unknown): string[] {
  const list = Array.isArray(kinds) ? kinds : typeof kinds === 'string' ? kinds.split(',') : [];
  return list.map((kind) => String(kind).trim()).filter((kind) => kind !== '');
}
