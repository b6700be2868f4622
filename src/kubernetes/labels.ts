import { Problem } from '../base/errors.ts';

/** `spec.selector` of workloads (`apimachinery/pkg/apis/meta/v1`). */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** One condition of a selector; all of them have to hold. */
export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** `NotIn` and `!=` also hold for a missing label (`apimachinery/pkg/labels/selector.go`). */
function meets(requirement: Requirement, labels: Labels = {}): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isInteger(value) && Number(value) > Number(requirement.values[0]);
    case 'Lt':
      return isInteger(value) && Number(value) < Number(requirement.values[0]);
  }
}

function isInteger(value: string | undefined): boolean {
  return value !== undefined && /^[+-]?\d+$/.test(value);
}

export function meetsAll(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every((requirement) => meets(requirement, labels));
}

/** The conditions of a `LabelSelector`. Throws a `Problem` for an unknown operator. */
export function requirementsOf(selector: LabelSelector): Requirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  const others = (selector.matchExpressions ?? []).map(({ key, operator, values }): Requirement => {
    if (!isOperator(operator)) throw new Problem(`\`${operator}\` is not an operator of a label selector`);
    return { key, operator, values: values ?? [] };
  });
  return [...equal, ...others];
}

function isOperator(text: string): text is Requirement['operator'] {
  return ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'].includes(text);
}

/** No selector selects nothing; an empty one selects everything (`LabelSelectorAsSelector`). */
export function matchesSelector(selector: LabelSelector | undefined | null, labels: Labels | undefined): boolean {
  return selector ? meetsAll(requirementsOf(selector), labels) : false;
}

/** A Service's selector: a plain map; an empty or missing one selects nothing. */
export function matchesMap(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels?.[key] === value);
}

const clause =
  /^\s*(?:(!)\s*([^\s,=!<>()]+)|([^\s,=!<>()]+)\s+(in|notin)\s*\(([^()]*)\)|([^\s,=!<>()]+)\s*(==|=|!=|>|<)\s*([^\s,=!<>()]*)|([^\s,=!<>()]+))\s*(,|$)/;

/** Reads `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>5`, as `-l` and `labelSelector` take it. Throws a `Problem`. */
export function parseSelector(text: string): Requirement[] {
  const requirements: Requirement[] = [];
  let rest = text;
  while (rest.trim() !== '') {
    const match = clause.exec(rest);
    if (!match) throw new Problem(`unable to parse the label selector \`${text}\` at \`${rest.trim()}\``);
    requirements.push(requirementOf(match));
    rest = rest.slice(match[0].length);
    if (match[10] === ',' && rest.trim() === '') throw new Problem(`the label selector \`${text}\` ends with a comma`);
  }
  return requirements;
}

function requirementOf(match: RegExpExecArray): Requirement {
  const [, , absent, setKey, setOperator, setValues = '', key, operator, value = '', present = ''] = match;
  if (absent !== undefined) return { key: absent, operator: 'DoesNotExist', values: [] };
  if (setKey !== undefined) {
    const values = setValues.split(',').map((one) => one.trim());
    return { key: setKey, operator: setOperator === 'in' ? 'In' : 'NotIn', values };
  }
  if (key === undefined) return { key: present, operator: 'Exists', values: [] };
  if (operator === '>' || operator === '<') return { key, operator: operator === '>' ? 'Gt' : 'Lt', values: [value] };
  return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
}

/** The text form of a selector, as `status.selector` of a scale holds it: `app=web,tier in (a,b)`. */
export function formatSelector(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map(({ key, operator, values }) => {
      if (operator === 'In') return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
      if (operator === 'NotIn') return `${key} notin (${values.join(',')})`;
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key}${operator === 'Gt' ? '>' : '<'}${values[0]}`;
    })
    .sort()
    .join(',');
}
