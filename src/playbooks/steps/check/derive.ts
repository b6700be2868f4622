import { messageOf } from '../../../base/errors.ts';
import type { PlanContext } from '../../step-kind.ts';
import type { Collected } from './collect.ts';
import { unreadOf } from './unread.ts';

/**
 * What was collected, with the names of `let`: each sees those before it. Never throws: what cannot be worked out is said by the
 * findings that use it.
 */
export function derive(
  names: Readonly<Record<string, string>>,
  collected: Collected,
  context: Pick<PlanContext, 'evaluate'>,
): Collected {
  const derived: Collected = { values: { ...collected.values }, errors: { ...collected.errors } };
  const fail = (name: string, error: string) => {
    derived.values[name] = { error };
    derived.errors[name] = error;
  };
  for (const [name, expression] of Object.entries(names)) {
    const unread = unreadOf([expression], derived.errors);
    try {
      if (unread === undefined) derived.values[name] = context.evaluate(expression, derived.values);
      else fail(name, unread);
    } catch (error) {
      fail(name, `${name} could not be worked out: ${messageOf(error)}`);
    }
  }
  return derived;
}
