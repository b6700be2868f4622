import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import { hasErrors, sortDiagnostics } from '../../yaml/diagnostics.ts';
import { type LocatedDocument, locate } from '../../yaml/parse.ts';
import { parseYamlFile } from '../../yaml/parse-file.ts';
import { placeOf } from '../../yaml/source.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath, validateYaml } from '../../yaml/validate.ts';
import { findPlaybook, type PlaybookRoot, playbookNames } from '../find-playbook.ts';
import { checkSteps } from '../loading/check-steps.ts';
import { toDefinition } from '../loading/definition.ts';
import { checkDiagnosis, goneOnAfter } from '../loading/diagnosis.ts';
import { checkFixes } from '../loading/finding-fixes.ts';
import type { LoadedStep } from '../loading/loaded-step.ts';
import type { LoadOutcome, Playbook } from '../model.ts';
import type { StepKind } from '../step-kind.ts';
import { checkStep } from '../steps/check.ts';
import type { Checklist, ChecklistItem } from './checklist.ts';
import { checklistItemSchema, checklistSchema } from './schema.ts';

export interface LoadChecklistOptions {
  roots: readonly PlaybookRoot[];
  stepKinds: readonly StepKind[];
  source?: Playbook['source'];
  /** How a path is said to a person. */
  shown?: (path: string) => string;
}

/** Reads a checklist with the checks of its items. Never throws for what is wrong with it: every problem is in `diagnostics`. */
export function loadChecklist(
  file: string,
  { roots, stepKinds, source = 'workspace', shown = (path) => path }: LoadChecklistOptions,
): LoadOutcome<Checklist> {
  const document = parseYamlFile(file, shown(file));
  const { value, diagnostics } = validateYaml(document, checklistSchema);
  const folder = dirname(dirname(file));
  const { system, name } = { system: basename(folder), name: basename(file, '.yaml') };
  const ref = `${system}/${name}`;
  const steps = stepsOf(document);
  const checks: Playbook = {
    ...{ ref, system, name, title: value?.title ?? '', folder, file, source, inputs: {}, calls: {} },
    steps: steps.flatMap(({ definition }) => definition ?? []).map(goneOnAfter),
    diagnosis: true,
  };
  const files = {
    document,
    folder,
    manifests: undefined,
    checked: new Map<string, Diagnostic[]>(),
    quick: false,
    shown,
  };
  const all = [
    ...document.diagnostics,
    ...diagnostics,
    ...(value ? idFaults(document, value.items) : []),
    ...(value ? value.items.flatMap((item, index) => leadFaults(document, index, item, { roots, folder })) : []),
    ...checkSteps(steps, { document, playbook: checks, stepKinds, files, follow: () => [] }),
    ...steps.flatMap((step) => checkFixes(document, step, roots)),
    ...checkDiagnosis(document, checks, steps, stepKinds),
  ];
  if (!value || hasErrors(all)) return { value: undefined, diagnostics: sortDiagnostics(all) };
  const items = value.items.map(({ check, ...item }): ChecklistItem => ({ ...item, checked: check !== undefined }));
  const { title, description } = value;
  return {
    value: { ref, system, name, title, description, file, items, checks: steps.length > 0 ? checks : undefined },
    diagnostics: sortDiagnostics(all),
  };
}

/** The items that have a check, each as the step that makes it. */
function stepsOf(document: LocatedDocument): LoadedStep[] {
  const { items } = (document.value ?? {}) as { items?: unknown };
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => {
    const { data } = checklistItemSchema.safeParse(item);
    // What is wrong with it is told by the list's own schema.
    if (!data?.check) return [];
    const { id, title, check } = data;
    const path = ['items', index];
    const { line } = placeOf(document.source, locate(document, path).start);
    const definition = toDefinition({ title, check, needs: [] }, { kind: checkStep as StepKind, id, line }, {});
    const written = { id, title, check };
    return [{ path, kind: checkStep as StepKind, definition, id, written, inner: [], diagnostics: [] }];
  });
}

function idFaults(document: LocatedDocument, items: readonly { id: string }[]): Diagnostic[] {
  return items.flatMap(({ id }, index) =>
    items.findIndex((other) => other.id === id) < index
      ? [diagnosticAtPath(document, ['items', index, 'id'], { message: `another item has the id \`${id}\`` })]
      : [],
  );
}

/** That the page and the playbook that an item leads to are there. */
function leadFaults(
  document: LocatedDocument,
  index: number,
  { page, fix }: Pick<ChecklistItem, 'page' | 'fix'>,
  { roots, folder }: { roots: readonly PlaybookRoot[]; folder: string },
): Diagnostic[] {
  const faults: Diagnostic[] = [];
  const report = (key: string, message: string, hint?: string) =>
    faults.push(diagnosticAtPath(document, ['items', index, key], { message, hint }));
  if (page !== undefined && !existsSync(join(folder, 'pages', `${page}.md`)))
    report('page', `there is no page \`pages/${page}.md\``);
  if (fix && !findPlaybook(fix.playbook, roots)) {
    const hint = suggestion(fix.playbook, playbookNames(roots), 'playbooks');
    report('fix', `there is no playbook \`${fix.playbook}\``, hint);
  }
  return faults;
}
