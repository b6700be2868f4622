import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { kubectl } from '../../tools/tool.ts';
import type { PlanContext, PreviewContext, StepKind } from '../step-kind.ts';
import { type ApplyConfig, applyShape } from './apply/config.ts';
import { applyStep } from './apply.ts';
import { kubectlTimeout, renderKnown, shellWord } from './explain.ts';
import { foldersOf, kustomizationIn } from './kustomize/folders.ts';
import { callTool } from './tool-call.ts';

const { apply: _, ...applyOptions } = applyShape;
const shape = {
  kustomize: z.string().min(1).describe('A folder with a `kustomization.yaml`, by the playbook’s folder'),
  ...applyOptions,
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/**
 * Builds a Kustomize folder by kubectl, and applies what comes out of it in just the way of the `apply` step: its preview, order,
 * ownership, conflicts, pruning, readiness and undoing are that step's.
 */
export const kustomizeStep: StepKind<Config> = {
  name: 'kustomize',
  description: 'Builds a Kustomize folder and applies it',
  shape,
  effects: 'cluster',
  expressions: [{ path: 'set[].when' }],
  outputs: { objects: 'list' },
  reads: ({ kustomize }, pathOf) => (kustomize.includes('${{') ? [] : foldersOf(kustomize, pathOf)),
  plan: async (config, context) => required(applyStep.plan)(asApply(config), await built(config, context)),
  access: async (config, context) => required(applyStep.access)(asApply(config), await built(config, context)),
  probe: async (config, context) => required(applyStep.probe)(asApply(config), await built(config, context)),
  before: async (config, context) => required(applyStep.before)(asApply(config), await built(config, context)),
  run: async (config, context) => applyStep.run(asApply(config), await built(config, context)),
  planUndo: (config, context, before) => required(applyStep.planUndo)(asApply(config), context, before),
  undo: (config, context, before) => required(applyStep.undo)(asApply(config), context, before),
  async equivalent(config, context) {
    const force = config.force || config.conflicts === 'take-over' ? ' --force-conflicts' : '';
    const folder = shellWord(renderKnown(context, config.kustomize));
    const changed = (config.set ?? []).length > 0 ? ['# with the changes below `set` in between'] : [];
    const waits =
      config.wait === 'ready'
        ? [`kubectl wait --for=condition=Available deployment --all${kubectlTimeout(300_000)}`]
        : [];
    const line = `kubectl kustomize ${folder} | kubectl apply --server-side --field-manager=tars-console${force} -n ${shellWord(context.namespace)} -f -`;
    return [...changed, line, ...waits];
  },
};

const objectsName = 'the built folder';

function asApply({ kustomize: _, ...options }: Config): ApplyConfig {
  return { ...options, apply: objectsName };
}

/** The context in which the built objects are the file that is applied. */
async function built<T extends PreviewContext>(config: Config, context: T): Promise<T> {
  const name = context.render(config.kustomize);
  const folder = context.pathOf(name);
  if (kustomizationIn(folder) === undefined)
    throw new Problem(`There is no kustomization.yaml in ${name}`, { where: folder });
  const { stdout } = await callTool(kubectl, ['kustomize', folder], context, { keepBytes: 64 * 1024 * 1024 });
  const readFile: PlanContext['readFile'] = async () => ({ path: `${folder} (built)`, text: stdout });
  return { ...context, readFile };
}

function required<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the apply step has lost a part that this one uses');
  return part;
}
