import type { AccessQuestion } from '../../../cluster/access-review.ts';

/** The command that asks whether one may do something. */
export function accessCommand(
  { verb, group, resource, subresource, namespace, name }: AccessQuestion,
  own: string,
): string {
  const what = `${resource}${group ? `.${group}` : ''}${name ? `/${name}` : ''}`;
  const below = subresource ? ` --subresource=${subresource}` : '';
  return `kubectl auth can-i ${verb} ${what}${below}${namespace === '' ? ' -A' : ` -n ${namespace ?? own}`}`;
}
