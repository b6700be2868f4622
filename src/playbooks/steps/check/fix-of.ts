import type { FindingFix } from '../../finding.ts';
import type { Playbook } from '../../model.ts';
import { ownSystem } from '../../own-system.ts';
import type { PlanContext, Scope } from '../../step-kind.ts';
import { asList } from '../step-shapes.ts';
import type { FindingRule, WrittenFix } from './finding-rule.ts';

/**
 * The repair that is there, with its inputs filled in. `system/deploy` is a playbook of the system that is looked at, and gets only
 * those inputs that it has; of several repairs the first one counts whose playbook exists. One of another folder, `cluster/scale`,
 * is run for that system. Undefined where none is there.
 */
export function fixOf(written: FindingRule['fix'], scope: Scope, context: PlanContext): FindingFix | undefined {
  const fixes: WrittenFix[] = asList(written);
  const isOnly = fixes.length === 1;
  for (const one of fixes) {
    const system = systemOf(context);
    const isOwn = one.playbook.startsWith(ownSystem);
    const playbook = isOwn ? `${system}/${one.playbook.slice(ownSystem.length)}` : one.playbook;
    // What a playbook names outright was held against the files when it was loaded.
    if ((isOwn || !isOnly) && !isThere(playbook, context)) continue;
    const known = isOwn ? Object.keys(load(playbook, context)?.inputs ?? {}) : undefined;
    const given = Object.entries(one.with ?? {}).filter(([name]) => known === undefined || known.includes(name));
    const plain = given.map(([name, value]) => [name, scalarOf(context.render<unknown>(value, scope))]);
    const isShared = playbook.startsWith('cluster/') && system !== undefined && system !== 'cluster';
    return {
      playbook,
      ...(one.with ? { with: Object.fromEntries(plain) } : {}),
      ...(one.title === undefined ? {} : { title: one.title }),
      ...(isShared ? { system } : {}),
    };
  }
  return undefined;
}

function systemOf({ scope }: PlanContext): string | undefined {
  const { name } = (scope.system ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

function isThere(playbook: string, { library }: PlanContext): boolean {
  return library?.names().includes(playbook) ?? false;
}

/** Undefined for one that is faulty: it cannot be told what it takes. */
function load(playbook: string, { library }: PlanContext): Playbook | undefined {
  try {
    return library?.load(playbook);
  } catch {
    return undefined;
  }
}

function scalarOf(value: unknown): string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value);
}
