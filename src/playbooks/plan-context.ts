import { resolve } from 'node:path';
import { Problem } from '../base/errors.ts';
import { compileExpression, ExpressionError, renderValue } from '../base/expressions.ts';
import { isInside, leadsOut, readTextFile } from '../base/text-file.ts';
import type { ManifestSet } from './manifest-set.ts';
import type { Playbook } from './model.ts';
import { quantityFunctions } from './scope.ts';
import type { PlanContext, PlaybookLibrary, Scope } from './step-kind.ts';

/** What previewing and explaining the steps of a playbook may use. */
export function createPlanContext(
  playbook: Playbook,
  namespace: string,
  scope: Scope,
  {
    manifests,
    workspace = '/',
    origin,
    library,
  }: {
    manifests?: ManifestSet | undefined;
    workspace?: string;
    origin?: string | undefined;
    library?: PlaybookLibrary | undefined;
  } = {},
): PlanContext {
  const pathOf = (name: string) => {
    const replaced = manifests?.fileOf(name);
    const path = replaced ?? resolve(playbook.folder, name);
    if (playbook.source === 'bundled' && replaced === undefined) return path;
    // Who opens a folder does not mean to give a playbook in it what else lies on the machine.
    if (isInside(path, workspace) || isInside(path, playbook.folder)) return path;
    // A folder that was chosen as the set may lie anywhere; what its files lead to may not.
    if (replaced !== undefined && manifests && isInside(path, manifests.folder)) return path;
    throw leadsOut(path);
  };
  const evaluate = (expression: string, local: Scope = {}) =>
    evaluateExpression(expression, { ...scope, ...local }, playbook.file);
  return {
    system: playbook.system,
    namespace,
    scope,
    evaluate,
    render: (value, local) => renderValue(value, (expression) => evaluate(expression, local)),
    pathOf,
    workspace,
    origin,
    library,
    async readFile(name) {
      const path = pathOf(name);
      try {
        return { path, text: readTextFile(path) };
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        throw new Problem(`The file ${name} cannot be read`, {
          where: path,
          next: ['Run `tars-console validate`.'],
          cause,
        });
      }
    },
  };
}

/** The value of a CEL expression over a scope. Throws `Problem` with the expression and the place of its fault. */
export function evaluateExpression(expression: string, scope: Scope, where: string): unknown {
  try {
    const variables = Object.fromEntries(Object.keys(scope).map((name) => [name, 'dyn' as const]));
    return compileExpression(expression, { variables, functions: quantityFunctions }).evaluate(scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const mark = `${' '.repeat(error.offset)}${'^'.repeat(Math.max(1, Math.min(error.length, expression.length - error.offset)))}`;
    throw new Problem(`An expression could not be evaluated: ${error.message}`, {
      where,
      evidence: expression.includes('\n') ? [expression] : [expression, mark],
      cause: error,
    });
  }
}
