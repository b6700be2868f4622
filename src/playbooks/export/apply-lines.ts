import { stringify } from 'yaml';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { inApplyOrder } from '../../kubernetes/order.ts';
import type { PlanContext } from '../step-kind.ts';
import type { ApplyConfig } from '../steps/apply/config.ts';
import { readyLines } from '../steps/apply/ready-lines.ts';
import { readObjects, type StructuralChange, withChanges } from '../steps/manifest-objects.ts';
import { asList } from '../steps/step-shapes.ts';
import type { ShellTokens } from './shell-tokens.ts';

// kubectl reads YAML 1.1, in which a bare `yes` is true.
const kubectlReads = { version: '1.1', lineWidth: 0 } as const;

export interface ApplyExport {
  config: ApplyConfig;
  context: PlanContext;
  tokens: ShellTokens;
  /** The test of a change's condition; undefined when a shell cannot say it. */
  test(cel: string): string | undefined;
  timeoutMs: number | undefined;
}

/**
 * The objects of an apply step as here-documents, so that the script needs no files: in the order of their kinds, with the
 * changes and the labels that a run gives them. A change with a condition makes two documents. Throws `Problem`.
 */
export async function applyLines(given: ApplyExport): Promise<{ lines: string[]; notes: string[] }> {
  const { config, context, tokens, test, timeoutMs } = given;
  const read = await readObjects(context.render(asList(config.apply)), context);
  const notes: string[] = [];
  const conditions = [...new Set((config.set ?? []).flatMap(({ when }) => when ?? []))];
  const [condition, ...others] = conditions.filter((cel) => cel.includes('inputs'));
  const said = condition === undefined || others.length > 0 ? undefined : test(condition);
  const document = (holds: boolean | undefined) => {
    const changes = (config.set ?? []).flatMap((change): StructuralChange[] => {
      const { when, ...rest } = change;
      const meant = when === undefined || (when === condition && holds !== undefined ? holds : decided(when));
      return meant ? [rest] : [];
    });
    const objects = inApplyOrder(withChanges(read, changes, context)).map((object) => labelled(object, context.system));
    return applied(objects, config, tokens);
  };
  const decided = (cel: string) => {
    notes.push(`Whether \`${cel}\` was decided when this was exported.`);
    return context.evaluate(cel) === true;
  };
  const apply = said ? [`if ${said}; then`, ...document(true), 'else', ...document(false), 'fi'] : document(undefined);
  const named = withChanges(read, renames(config.set ?? []), context);
  const waits = config.wait
    ? named.flatMap((one) => readyLines(one, context.namespace, timeoutMs)).map((line) => tokens.inLine(line))
    : [];
  if (config.prune) notes.push('A run also deletes what this step has applied before and no longer contains.');
  return { lines: [...apply, ...waits], notes };
}

/** Without a condition, as the wait needs only the name. */
function renames(changes: readonly StructuralChange[]): StructuralChange[] {
  return changes.filter(({ path, when }) => when === undefined && path.replace(/^\./, '') === 'metadata.name');
}

function labelled(object: KubernetesObject, system: string): KubernetesObject {
  const labels = {
    ...object.metadata.labels,
    'app.kubernetes.io/managed-by': 'tars-console',
    'app.kubernetes.io/part-of': system,
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function applied(objects: readonly KubernetesObject[], config: ApplyConfig, tokens: ShellTokens): string[] {
  const force = config.force || config.conflicts === 'take-over' ? ' --force-conflicts' : '';
  const plain = objects.map((object) => stringify(object, kubectlReads));
  const text = plain.join('---\n');
  const command = `kubectl apply --server-side --field-manager=tars-console${force} -f -`;
  const end = endMark(text);
  if (!tokens.has(text)) return [`${command} <<'${end}'`, ...text.trimEnd().split('\n'), end];
  // Between double quotes a value may hold anything but what the script refuses at its beginning.
  const quoted = objects.map((object) =>
    stringify(object, {
      ...kubectlReads,
      defaultStringType: 'QUOTE_DOUBLE',
      defaultKeyType: 'PLAIN',
      blockQuote: false,
    }),
  );
  return [`${command} <<${end}`, ...tokens.inDocument(quoted.join('---\n')).trimEnd().split('\n'), end];
}

/** A mark that is no line of the text. */
function endMark(text: string): string {
  const lines = new Set(text.split('\n'));
  let mark = 'EOF';
  while (lines.has(mark)) mark += '_';
  return mark;
}
