import { z } from 'zod';
import { Problem } from '../../../../base/errors.ts';
import { calledInputs, type InputValue } from '../../../inputs.ts';
import type { Playbook } from '../../../model.ts';
import { everyStep, type FlatStep } from '../../../plan.ts';
import { skippedBefore } from '../../../preview/will-run.ts';
import { neededRights } from '../../../runs/preflight.ts';
import { planContexts } from '../../../runs/run-header.ts';
import type { PreviewContext } from '../../../step-kind.ts';
import { accessCommand } from '../access-command.ts';
import { goodPlaybooks } from '../good-playbooks.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';

const playbookName = z
  .string()
  .regex(/^[a-z0-9-]+\/([a-z0-9-]+\*?|\*)$/, 'it is written like `tars/deploy` or `tars/*`');

const schema = z.strictObject({
  rights: z
    .strictObject({
      playbooks: z.array(playbookName).min(1).describe('`tars/deploy`, or `tars/*` for every one of a system'),
      except: z.array(playbookName).optional().describe('Left out of those'),
    })
    .describe(
      'What these playbooks need: a list of {verb, group, resource, subresource, namespace, name, allowed, reason, playbook, step, read}',
    ),
});

/** The rights that playbooks will need, by their steps' own word, so that no list of them can go stale. */
export const rightsSource: SourceKind<z.infer<typeof schema>> = {
  key: 'rights',
  schema,
  async read({ rights }, context) {
    const contexts = new Map<FlatStep, PreviewContext>();
    const playbookOf = new Map<FlatStep, string>();
    for (const playbook of meant(rights, context))
      for (const [place, own] of placesIn(playbook, context)) {
        contexts.set(place, own);
        playbookOf.set(place, playbook.ref);
      }
    const contextFor = (place: FlatStep) => contexts.get(place) ?? context;
    const { connection, signal, library } = context;
    const asked = { places: [...contexts.keys()], stepKinds: library?.stepKinds ?? [], connection, contextFor, signal };
    const acting = await neededRights(asked);
    const reading = await neededRights(asked, async (kind, config, own) => kind.wouldRead?.(config, own) ?? []);
    const said = ({ places, ...right }: (typeof acting)[number], read: boolean) => ({
      ...right,
      // What is not said is empty, so that expressions need not ask.
      ...{ group: right.group ?? '', subresource: right.subresource ?? '', name: right.name ?? '', read },
      playbook: [...new Set(places.map((place) => playbookOf.get(place) ?? ''))].join(', '),
      step: places[0]?.step.title ?? '',
    });
    return [...acting.map((right) => said(right, false)), ...reading.map((right) => said(right, true))];
  },
  commands: (_, own) => [accessCommand({ verb: 'create', group: 'apps', resource: 'deployments' }, own)],
};

function meant({ playbooks, except = [] }: z.infer<typeof schema>['rights'], { library }: SourceContext): Playbook[] {
  if (!library) throw new Problem('There are no other playbooks here');
  const loaded = playbooks.flatMap((one) => {
    if (!one.endsWith('*')) return except.includes(one) ? [] : [library.load(one)];
    return goodPlaybooks(library, one, except);
  });
  return [...new Set(loaded)];
}

/** The steps of a playbook that would run as it is run without further inputs, each with what it would be run with. */
function placesIn(playbook: Playbook, context: SourceContext): [FlatStep, PreviewContext][] {
  const { library, scope, namespace, workspace } = context;
  const own = (scope.inputs ?? {}) as Record<string, InputValue>;
  const { system, cluster } = scope;
  // What must be given and is not known yet decides about nothing that is asked here.
  const open = Object.entries(playbook.inputs).map(([name, input]) => [name, { ...input, optional: true }] as const);
  const inputs = calledInputs({ ref: playbook.ref, inputs: Object.fromEntries(open) }, {}, own);
  const files = { manifests: library?.manifests, workspace, library };
  const explain = planContexts(playbook, inputs, namespace, { system, cluster }, files);
  const places = everyStep(playbook);
  const skipped = skippedBefore(places, new Map(), explain, context.connection.info.sandbox);
  const { connection, signal, secret } = context;
  return (
    places
      // What a chart brings is only known when Helm has rendered it; its own run asks then. Nor is a folder built that somebody
      // else has put here: it may name others to fetch, and nobody has agreed to that.
      .filter(({ id, step, playbook: owner }) => {
        const built = step.kind === 'helm' || (step.kind === 'kustomize' && owner.source === 'workspace');
        return !skipped.has(id) && !built;
      })
      .map((place) => [place, { ...explain(place), connection, signal, secret }])
  );
}
