import type { Attributes } from './attributes.ts';

/** One line of a role (`rbac/v1 PolicyRule`). */
export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** Whether a rule lets this through (`pkg/apis/rbac/v1/evaluation_helpers.go`, `plugin/pkg/auth/authorizer/rbac/rbac.go`). */
export function ruleAllows(rule: PolicyRule, { verb, resource, path }: Attributes): boolean {
  if (!holds(rule.verbs, verb)) return false;
  if (!resource) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, path));
  const { group, plural, subresource, name } = resource;
  return (
    holds(rule.apiGroups ?? [], group) &&
    resourceMatches(rule.resources ?? [], plural, subresource) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(name))
  );
}

function holds(list: readonly string[], wanted: string): boolean {
  return list.includes('*') || list.includes(wanted);
}

function resourceMatches(list: readonly string[], plural: string, subresource: string): boolean {
  const whole = subresource === '' ? plural : `${plural}/${subresource}`;
  return list.includes('*') || list.includes(whole) || (subresource !== '' && list.includes(`*/${subresource}`));
}

function urlMatches(rule: string, path: string): boolean {
  if (rule === '*' || rule === path) return true;
  return rule.endsWith('*') && path.startsWith(rule.replace(/\*+$/, ''));
}

/** What of `wanted` the rules that somebody holds do not cover, in its smallest parts (`component-helpers auth/rbac/validation`). */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
}

function breakDown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => ({ resourceNames: [name] })) : [{}];
  for (const group of rule.apiGroups ?? [])
    for (const resource of rule.resources ?? [])
      for (const verb of rule.verbs)
        for (const name of names) parts.push({ apiGroups: [group], resources: [resource], verbs: [verb], ...name });
  for (const url of rule.nonResourceURLs ?? [])
    for (const verb of rule.verbs) parts.push({ nonResourceURLs: [url], verbs: [verb] });
  return parts;
}

/** `part` has at most one of everything. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const all = (list: readonly string[] = [], wanted: readonly string[] = []) => wanted.every((one) => holds(list, one));
  const names = rule.resourceNames ?? [];
  const nameFits = names.length === 0 || (part.resourceNames ?? []).some((name) => names.includes(name));
  const resourceFits = (part.resources ?? []).every((wanted) => {
    const [plural = '', subresource = ''] = wanted.split('/', 2);
    return resourceMatches(rule.resources ?? [], plural, subresource);
  });
  const urlFits = (part.nonResourceURLs ?? []).every((url) =>
    (rule.nonResourceURLs ?? []).some((one) => urlMatches(one, url)),
  );
  return all(rule.verbs, part.verbs) && all(rule.apiGroups, part.apiGroups) && resourceFits && nameFits && urlFits;
}

/**
 * Joins what differs by its verb alone, and sorts and writes it as escalation errors do (`policy_compact.go`,
 * `CompactString`).
 */
export function describeRules(parts: readonly PolicyRule[]): string[] {
  const joined = new Map<string, PolicyRule>();
  for (const { verbs, ...about } of parts) {
    const key = JSON.stringify(about);
    const before = joined.get(key);
    joined.set(key, {
      ...about,
      verbs: [...(before?.verbs ?? []), ...verbs.filter((one) => !before?.verbs.includes(one))],
    });
  }
  // Rules about paths are not joined there.
  const kept = [...joined.values()].flatMap((rule) =>
    rule.nonResourceURLs ? rule.verbs.map((verb) => ({ ...rule, verbs: [verb] })) : [rule],
  );
  return [...new Set(kept.map(describeRule))].sort();
}

function describeRule(rule: PolicyRule): string {
  const fields: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const written = fields.flatMap(([name, list]) =>
    list?.length ? [`${name}:[${list.map((one) => JSON.stringify(one)).join(' ')}]`] : [],
  );
  return `{${written.join(', ')}}`;
}
