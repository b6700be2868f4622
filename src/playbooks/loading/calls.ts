import { compileExpression, findTemplates } from '../../base/expressions.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { valueFault } from '../input-value.ts';
import type { InputDefinition, Playbook } from '../model.ts';
import { inputTypes, playbookVariables, quantityFunctions } from '../scope.ts';
import type { LoadedStep } from './loaded-step.ts';

/** The playbook that a step calls, by its name; undefined for every other kind of step. */
export function callOf(step: LoadedStep): string | undefined {
  const called = step.kind?.name === 'playbook' ? step.written.playbook : undefined;
  return typeof called === 'string' ? called : undefined;
}

/**
 * That what a step passes on are inputs of the called playbook and of their types. An input that is not passed is the caller's
 * of the same name, else its default; one that has neither is reported.
 */
export function checkPassed(
  document: LocatedDocument,
  step: LoadedStep,
  called: Playbook,
  inputs: Record<string, InputDefinition>,
): Diagnostic[] {
  const base: YamlPath = step.path;
  const passed = isMap(step.written.with) ? step.written.with : {};
  const names = Object.keys(called.inputs);
  const diagnostics = Object.entries(passed).flatMap(([name, value]) => {
    const path = [...base, 'with', name];
    const definition = called.inputs[name];
    if (!definition) {
      const fault = { message: `\`${called.ref}\` has no input \`${name}\``, hint: suggestion(name, names, 'inputs') };
      return [diagnosticAtPath(document, path, fault, 'key')];
    }
    const message = passedFault(value, definition, inputs);
    return message
      ? [diagnosticAtPath(document, path, { message: `\`${name}\` of \`${called.ref}\`: ${message}` })]
      : [];
  });
  for (const [name, definition] of Object.entries(called.inputs)) {
    if (name in passed) continue;
    const own = inputs[name];
    if (own && own.type !== definition.type)
      diagnostics.push(
        diagnosticAtPath(document, [...base, 'playbook'], {
          message: `\`${name}\` is a ${own.type} here and a ${definition.type} in \`${called.ref}\``,
          hint: 'pass it under `with`',
        }),
      );
    if (own || definition.default !== undefined || definition.optional || definition.generate || definition.when)
      continue;
    const fault = {
      message: `\`${called.ref}\` needs the input \`${name}\``,
      hint: 'pass it under `with`, or let this playbook ask for it by the same name',
    };
    diagnostics.push(diagnosticAtPath(document, [...base, 'playbook'], fault));
  }
  return diagnostics;
}

const typeNames: Record<string, InputDefinition['type']> = {
  string: 'string',
  double: 'number',
  int: 'number',
  bool: 'boolean',
};

function passedFault(
  value: unknown,
  definition: InputDefinition,
  inputs: Record<string, InputDefinition>,
): string | undefined {
  if (typeof value !== 'string' || !value.includes('${{')) return valueFault(value, definition);
  if (definition.sensitive) return 'a sensitive input is not passed on; let this playbook ask for it by the same name';
  const type = wholeType(value, inputs);
  if (type === undefined || type === definition.type) return undefined;
  return `this comes to a ${type}, and a ${definition.type} is expected`;
}

/** What a template comes to, as far as it can be known. Faults of the expression itself are reported elsewhere. */
function wholeType(text: string, inputs: Record<string, InputDefinition>): InputDefinition['type'] | undefined {
  try {
    const [only, more] = findTemplates(text);
    if (!only || more || only.start !== 0 || only.end !== text.length) return 'string';
    const reference = /^inputs\.(\w+)$/.exec(only.source)?.[1];
    if (reference && inputTypes(inputs)[reference]) return inputs[reference]?.type;
    return typeNames[
      compileExpression(only.source, { variables: playbookVariables(inputs), functions: quantityFunctions }).type
    ];
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
