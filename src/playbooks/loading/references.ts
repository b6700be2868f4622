import type { VariableShape, Variables } from '../../base/expression-environment.ts';
import { suggestion } from '../../yaml/suggest.ts';
import type { InputDefinition } from '../model.ts';
import { surroundings } from '../scope.ts';
import type { Reference, ReferenceName } from './expression-references.ts';
import type { KnownSteps, ReferenceFault } from './known-steps.ts';

/** What is wrong with a reference, and at which of its names. */
export type FoundFault = ReferenceFault & { at: ReferenceName };

/** What a reference names that is not there, not yet, or not to be read by expressions. */
export function referenceFault(
  { root, names }: Reference,
  inputs: Record<string, InputDefinition>,
  steps: KnownSteps,
): FoundFault | undefined {
  const [first, ...rest] = names;
  if (!first) return undefined;
  if (root === 'system' || root === 'cluster' || root === 'run') return surroundingFault(root, first);
  const fault = root === 'inputs' ? inputFault(first.name, inputs) : steps.fault(first.name);
  if (fault) return { ...fault, at: first };
  return root === 'steps' ? fieldFault(steps.shapes.get(first.name) ?? 'map', rest, first.name) : undefined;
}

/** What every playbook knows of its system, the cluster and its run. */
function surroundingFault(root: keyof typeof surroundings, at: ReferenceName): FoundFault | undefined {
  const known = Object.keys(surroundings[root]);
  if (known.includes(at.name)) return undefined;
  return { message: `\`${root}\` has no \`${at.name}\``, hint: suggestion(at.name, known, root), at };
}

function inputFault(name: string, inputs: Record<string, InputDefinition>): ReferenceFault | undefined {
  if (!Object.hasOwn(inputs, name))
    return { message: `there is no input \`${name}\``, hint: suggestion(name, Object.keys(inputs), 'inputs') };
  if (!inputs[name]?.sensitive) return undefined;
  return {
    message: `the sensitive input \`${name}\` cannot be used in an expression`,
    hint: 'it would be written down; only a `secret` step takes it, by name',
  };
}

/** A field that a step, or what it puts out, does not have. */
function fieldFault(shape: VariableShape, names: readonly ReferenceName[], step: string): FoundFault | undefined {
  let found = shape;
  for (const [depth, at] of names.entries()) {
    if (typeof found === 'string') return undefined;
    const next: VariableShape | undefined = Object.hasOwn(found, at.name) ? found[at.name] : undefined;
    if (next === undefined) return { ...missing(at.name, depth, Object.keys(found), step), at };
    found = next;
  }
  return undefined;
}

function missing(name: string, depth: number, known: readonly string[], step: string): ReferenceFault {
  if (depth === 0) {
    const hint = `a step has \`status\`, \`problem\` and \`outputs\`; did you mean \`outputs.${name}\`?`;
    return { message: `a step has no \`${name}\``, hint };
  }
  const message = `the step \`${step}\` puts out no \`${name}\``;
  if (known.length === 0) return { message, hint: 'it puts out nothing; give it `outputs` of its own' };
  return { message, hint: suggestion(name, known, 'outputs') };
}

/** The shape of `steps` for the check of an expression's types: of those steps that it names. */
export function shapeOfSteps(references: readonly Reference[], { shapes }: KnownSteps): Variables | 'map' {
  const used = references.filter(({ root }) => root === 'steps');
  if (used.length === 0 || used.some(({ names }) => names.length === 0)) return 'map';
  return Object.fromEntries(
    used.map(({ names: [first] }) => [first?.name ?? '', shapes.get(first?.name ?? '') ?? 'map']),
  );
}
