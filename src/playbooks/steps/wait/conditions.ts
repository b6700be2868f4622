import { messageOf } from '../../../base/errors.ts';
import type { Verdict } from '../../../cluster/readiness/wait-until.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { PlanContext } from '../../step-kind.ts';

interface Condition {
  type: string;
  status: string;
  message?: string;
}

/** Whether the object has the condition, and what it is instead. */
export function conditionVerdict(object: KubernetesObject | undefined, type: string, status: string): Verdict {
  if (!object) return { met: false, message: `${type} is not known, as it does not exist` };
  const { conditions } = (object.status ?? {}) as { conditions?: unknown };
  const all = Array.isArray(conditions) ? (conditions as Condition[]) : [];
  const found = all.find((one) => one.type === type);
  if (!found) return { met: false, message: `${type} is not set` };
  return {
    met: found.status === status,
    message: `${type} is ${found.status}${found.message ? ` (${found.message})` : ''}`,
  };
}

/** Whether CEL over `object` comes to true. What is not there yet, a field of a status for instance, is not so yet. */
export function expressionVerdict(
  object: KubernetesObject | undefined,
  expression: string,
  context: Pick<PlanContext, 'evaluate'>,
): Verdict {
  if (!object) return { met: false, message: 'it does not exist' };
  try {
    const value = context.evaluate(expression, { object });
    if (value === true) return { met: true, message: 'it is so' };
    return { met: false, message: `\`${expression}\` is ${value === false ? 'not so' : JSON.stringify(value)}` };
  } catch (error) {
    const why = messageOf(error).replace(/^An expression could not be evaluated: /, '');
    return { met: false, message: `\`${expression}\` is not so: ${why}` };
  }
}
