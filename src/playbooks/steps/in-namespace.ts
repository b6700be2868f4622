import type { AccessNeed, PlanContext, StepKind } from '../step-kind.ts';
import { renderKnown } from './explain.ts';

/** A kind of step whose options may name the namespace in which it acts; the run's unless they do. */
export function inNamespace<Config>(
  kind: StepKind<Config>,
  namespaceOf: (config: Config) => string | undefined,
): StepKind<Config> {
  const { plan, access, probe, before, run, equivalent, planUndo, undo } = kind;
  /** Before the run, what is not known yet stands as its own expression. */
  const there = <Context extends PlanContext>(config: Config, context: Context): Context => {
    const namespace = namespaceOf(config);
    return namespace === undefined ? context : { ...context, namespace: renderKnown(context, namespace) };
  };
  const placed = (needs: readonly AccessNeed[], namespace: string) => needs.map((need) => ({ namespace, ...need }));
  return {
    ...kind,
    ...(plan && { plan: (config, context) => plan(config, there(config, context)) }),
    ...(access && {
      access: async (config, context) => {
        const inPlace = there(config, context);
        const needs = await access(config, inPlace);
        return namespaceOf(config) === undefined ? needs : placed(needs, inPlace.namespace);
      },
    }),
    ...(probe && { probe: (config, context, noted) => probe(config, there(config, context), noted) }),
    ...(before && { before: (config, context) => before(config, there(config, context)) }),
    run: (config, context) => run(config, there(config, context)),
    equivalent: (config, context) => equivalent(config, there(config, context)),
    ...(planUndo && { planUndo: (config, context, noted) => planUndo(config, there(config, context), noted) }),
    ...(undo && { undo: (config, context, noted) => undo(config, there(config, context), noted) }),
  };
}
