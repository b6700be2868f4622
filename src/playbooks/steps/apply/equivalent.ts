import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { parsePath } from '../../../yaml/path.ts';
import type { PlanContext } from '../../step-kind.ts';
import { renderKnown, shellWord } from '../explain.ts';
import { isSelected, readObjects, type StructuralChange, withChanges } from '../manifest-objects.ts';
import { readyLines } from './ready-lines.ts';

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
        `yq ${shellWord(
          renamedLast(mine)
            .map((change) => yqChange(change, context))
            .join(' | '),
        )} ${name} | ${apply} -f -`,
      );
    if (wait)
      waits.push(
        ...named(objects, mine, context).flatMap((object) => readyLines(object, context.namespace, timeoutMs)),
      );
  }
  return [...lines, ...waits];
}

/** yq selects by the name that an object has by then. */
function renamedLast(changes: readonly StructuralChange[]): StructuralChange[] {
  const renames = ({ path }: StructuralChange) => path.replace(/^\./, '') === 'metadata.name';
  return [...changes.filter((change) => !renames(change)), ...changes.filter(renames)];
}

/** The objects by the names that they get, as far as that is known. */
function named(
  objects: readonly KubernetesObject[],
  changes: readonly StructuralChange[],
  context: PlanContext,
): readonly KubernetesObject[] {
  const known = { ...context, render: <T>(value: T) => renderKnown(context, value) };
  try {
    return withChanges(
      objects,
      changes.map(({ when: _, ...change }) => change),
      known,
    );
  } catch {
    return objects;
  }
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
