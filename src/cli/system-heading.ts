import { printable } from '../base/printable.ts';
import type { ConnectionInfo } from '../cluster/connection.ts';

/** Which system, where: the line above what a command says of it. */
export function systemHeading(
  title: string,
  namespace: string,
  { context, sandbox }: Pick<ConnectionInfo, 'context' | 'sandbox'>,
): string {
  return printable(`${title}, namespace ${namespace}, context ${context}${sandbox ? ' (sandbox)' : ''}\n`);
}
