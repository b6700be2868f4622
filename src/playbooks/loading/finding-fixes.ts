import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { parseYamlFile } from '../../yaml/parse-file.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { findPlaybook, type PlaybookRoot, playbookNames } from '../find-playbook.ts';
import { defineInput, inputSchema } from '../input-schema.ts';
import { valueFault } from '../input-value.ts';
import type { InputDefinition } from '../model.ts';
import { ownSystem } from '../own-system.ts';
import type { LoadedStep } from './loaded-step.ts';

interface WrittenFix {
  playbook?: unknown;
  with?: Record<string, unknown>;
}

/** That the repairs of a step's findings can be run: their playbooks are there, and take what they are given. */
export function checkFixes(document: LocatedDocument, step: LoadedStep, roots: readonly PlaybookRoot[]): Diagnostic[] {
  const { findings } = (step.definition?.config.check ?? {}) as { findings?: { fix?: WrittenFix | WrittenFix[] }[] };
  return (findings ?? []).flatMap(({ fix }, index) => {
    const path = [...step.path, 'check', 'findings', index, 'fix'];
    if (Array.isArray(fix)) return fix.flatMap((one, at) => faultsOf(document, [...path, at], one, roots));
    return fix ? faultsOf(document, path, fix, roots) : [];
  });
}

function faultsOf(
  document: LocatedDocument,
  path: YamlPath,
  fix: WrittenFix,
  roots: readonly PlaybookRoot[],
): Diagnostic[] {
  const ref = String(fix.playbook);
  // Whether the system that is looked at has it is known when it is looked at.
  if (ref.startsWith(ownSystem)) return [];
  const found = findPlaybook(ref, roots);
  if (!found) {
    const hint = suggestion(ref, playbookNames(roots), 'playbooks');
    return [diagnosticAtPath(document, [...path, 'playbook'], { message: `there is no playbook \`${ref}\``, hint })];
  }
  const inputs = inputsOf(found.file);
  return Object.entries(fix.with ?? {}).flatMap(([name, value]) => {
    const at = [...path, 'with', name];
    const definition = inputs[name];
    if (!Object.hasOwn(inputs, name)) {
      const hint = suggestion(name, Object.keys(inputs), 'inputs');
      return [diagnosticAtPath(document, at, { message: `\`${ref}\` has no input \`${name}\``, hint }, 'key')];
    }
    const message = definition && givenFault(value, definition);
    return message ? [diagnosticAtPath(document, at, { message: `\`${name}\` of \`${ref}\`: ${message}` })] : [];
  });
}

function givenFault(value: unknown, definition: InputDefinition): string | undefined {
  if (definition.sensitive) return 'a sensitive input has no place in a file';
  // What an expression comes to is known when it is run, and held against the input then.
  return typeof value === 'string' && value.includes('${' + '{') ? undefined : valueFault(value, definition);
}

/**
 * The inputs of a playbook alone; undefined for one that is faulty, which is reported where it stands. The whole playbook is not
 * read: a repair may hold checks whose repairs lead back.
 */
function inputsOf(file: string): Record<string, InputDefinition | undefined> {
  const { inputs } = (parseYamlFile(file, file).value ?? {}) as { inputs?: unknown };
  if (inputs === null || typeof inputs !== 'object') return {};
  return Object.fromEntries(
    Object.entries(inputs).map(([name, written]) => {
      const { data } = inputSchema.safeParse(written);
      return [name, data && defineInput(data).definition];
    }),
  );
}
