import { isObject, listAt, textAt } from '../json.ts';
import { compileRule } from './rule-program.ts';

/** Warnings of the rules in a CustomResourceDefinition that no object is held against here. */
export function unjudgedRules(definition: unknown): string[] {
  const rules = rulesIn(definition).filter((rule) => !isJudged(rule));
  return rules.map(
    (rule) => `rule ${JSON.stringify(textAt(rule, 'rule'))} is not judged here: it passes for every object`,
  );
}

function isJudged(rule: unknown): boolean {
  return isObject(rule) && rule.optionalOldSelf !== true && 'program' in compileRule(textAt(rule, 'rule').trim());
}

function rulesIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(rulesIn);
  if (!isObject(value)) return [];
  const own = listAt(value, 'x-kubernetes-validations');
  return [...own, ...Object.values(value).flatMap(rulesIn)];
}
