import type { AccessQuestion } from '../../cluster/access-review.ts';

/** `create deployments.apps in tars`. */
export function rightName({ verb, group, resource, subresource, namespace, name }: AccessQuestion): string {
  const what = `${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
  return `${verb} ${what}${name ? ` ${name}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}

/** The Roles and the ClusterRole that would give these rights, as lines of YAML. */
export function rulesFor(rights: readonly AccessQuestion[]): string[] {
  const places = new Map<string, AccessQuestion[]>();
  for (const right of rights) {
    const namespace = right.namespace ?? '';
    places.set(namespace, [...(places.get(namespace) ?? []), right]);
  }
  return [...places].flatMap(([namespace, ofPlace], index) => [
    ...(index > 0 ? ['---'] : []),
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${namespace === '' ? 'ClusterRole' : 'Role'}`,
    namespace === '' ? 'metadata: { name: tars-console }' : `metadata: { name: tars-console, namespace: ${namespace} }`,
    'rules:',
    ...rules(ofPlace),
  ]);
}

function rules(rights: readonly AccessQuestion[]): string[] {
  const grouped = new Map<string, { head: string; verbs: string[] }>();
  for (const { verb, group = '', resource, subresource, name } of rights) {
    const what = subresource ? `${resource}/${subresource}` : resource;
    const names = name ? `, resourceNames: ["${name}"]` : '';
    const head = `apiGroups: ["${group}"], resources: ["${what}"]${names}`;
    const known = grouped.get(head) ?? { head, verbs: [] };
    known.verbs.push(verb);
    grouped.set(head, known);
  }
  return [...grouped.values()].map(
    ({ head, verbs }) => `  - { ${head}, verbs: [${verbs.map((verb) => `"${verb}"`).join(', ')}] }`,
  );
}
