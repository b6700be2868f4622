import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { parsePath } from '../../../yaml/path.ts';
import type { PlanContext } from '../../step-kind.ts';
import { kubectlTimeout, renderKnown, shellWord } from '../explain.ts';
import { isSelected, readObjects, type StructuralChange } from '../manifest-objects.ts';

const rolledOut = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** The kubectl lines that stand for applying these files; changes are yq's (https://mikefarah.gitbook.io/yq). */
export async function applyEquivalent(
  files: readonly string[],
  changes: readonly StructuralChange[],
  { wait, force, timeoutMs }: { wait: boolean; force: boolean; timeoutMs?: number | undefined },
  context: PlanContext,
): Promise<string[]> {
  const lines: string[] = [];
  const waits: string[] = [];
  const apply = `kubectl apply --server-side --field-manager=tars-console${force ? ' --force-conflicts' : ''}`;
  for (const file of files) {
    const objects = await readObjects([file], context).catch((): KubernetesObject[] => []);
    const mine = changes.filter(
      ({ select, when }) => isMeant(when, context) && objects.some((object) => isSelected(object, select)),
    );
    const name = shellWord(file);
    if (mine.length === 0) lines.push(`${apply} -f ${name}`);
    else
      lines.push(
        `yq ${shellWord(mine.map((change) => yqChange(change, context)).join(' | '))} ${name} | ${apply} -f -`,
      );
    if (wait) waits.push(...objects.flatMap((object) => waitLine(object, context.namespace, timeoutMs)));
  }
  return [...lines, ...waits];
}

/** A change whose condition only the run will know is shown. */
function isMeant(when: string | undefined, context: PlanContext): boolean {
  try {
    return when === undefined || context.evaluate(when) === true;
  } catch {
    return true;
  }
}

function yqChange({ select, path, value, remove }: StructuralChange, context: PlanContext): string {
  const [kind, name] = select.split('/');
  const named = name === undefined ? '' : ` and .metadata.name == ${JSON.stringify(name)}`;
  const place = path.split('[*]').map(yqPath).join('[]');
  const act = remove ? `del(${place})` : `${place} = ${JSON.stringify(renderKnown(context, value))}`;
  return `with(select(.kind == "${kind}"${named}); ${act})`;
}

function yqPath(path: string): string {
  const plain = path.replace(/^\./, '');
  if (plain === '') return '';
  const steps = parsePath(plain).map((segment) => {
    if ('index' in segment) return `[${segment.index}]`;
    if ('field' in segment) return `[] | select(.${segment.field} == ${JSON.stringify(segment.equals)}) | `;
    return /^[A-Za-z0-9_]+$/.test(segment.key) ? `.${segment.key}` : `.[${JSON.stringify(segment.key)}]`;
  });
  // What is selected last is the place itself.
  return steps.join('').replace(/ \| $/, '');
}

function waitLine({ kind, metadata }: KubernetesObject, namespace: string, timeoutMs: number | undefined): string[] {
  if (!rolledOut.has(kind)) return [];
  const where = ` -n ${metadata.namespace ?? namespace}`;
  return [`kubectl rollout status ${kind.toLowerCase()}/${metadata.name}${where}${kubectlTimeout(timeoutMs)}`];
}
