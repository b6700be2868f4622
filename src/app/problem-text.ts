import { messageOf, Problem } from '../base/errors.ts';
import type { Services } from './services.ts';

/** What was thrown as the screen draws it. */
export function problemText(error: unknown, { asTyped }: Pick<Services, 'asTyped'>) {
  if (error instanceof Problem)
    return {
      message: error.message,
      where: error.where,
      next: error.next.map((text) => asTyped(text)),
      evidence: error.evidence,
    };
  return { message: messageOf(error), next: ['This is a fault of tars-console itself; --debug writes a log of it'] };
}
