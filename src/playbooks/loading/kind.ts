import { suggest } from '../../yaml/suggest.ts';
import { commonStepFields } from '../schema.ts';
import type { StepKind } from '../step-kind.ts';

export type KindFound =
  | { kind: StepKind; fault?: never }
  | { kind: undefined; fault: { message: string; hint?: string | undefined; key?: string } };

/** The kind is named by its key; a key that is an option of another present kind does not count. */
export function kindOf(written: Record<string, unknown>, kinds: readonly StepKind[]): KindFound {
  const present = kinds.filter((kind) => Object.hasOwn(written, kind.name));
  const own = present.filter(
    (kind) => !present.some((other) => other !== kind && Object.hasOwn(other.shape, kind.name)),
  );
  const [kind, second] = own;
  const names = kinds.map((one) => one.name);
  if (kind && second) {
    const message = `a step is of one kind; this one has ${own.map((one) => `\`${one.name}\``).join(' and ')}`;
    return { kind: undefined, fault: { message, hint: 'make a step of each', key: second.name } };
  }
  if (kind) return { kind };
  const strange = Object.keys(written).filter((key) => !Object.hasOwn(commonStepFields, key));
  for (const key of strange) {
    const near = suggest(key, names);
    if (near)
      return {
        kind: undefined,
        fault: { message: `unknown step kind \`${key}\``, hint: `did you mean \`${near}\`?`, key },
      };
  }
  const [key] = strange;
  const hint = `kinds: ${names.map((name) => `\`${name}\``).join(', ')}`;
  if (key) return { kind: undefined, fault: { message: `unknown step kind \`${key}\``, hint, key } };
  return { kind: undefined, fault: { message: 'this step does nothing: it has no kind', hint } };
}

/** The key below which a kind's own steps stand; undefined for a kind that holds none. */
export function stepsKey({ holds, shape, name }: StepKind): string | undefined {
  if (holds !== 'steps') return undefined;
  return Object.hasOwn(shape, 'steps') ? 'steps' : name;
}
