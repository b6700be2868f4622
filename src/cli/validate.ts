import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { configurationFile } from '../configuration/configuration-file.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { countDiagnostics, diagnosticLines, hasErrors, sortDiagnostics } from '../yaml/diagnostics.ts';
import { loadCatalog } from './catalog.ts';
import type { GlobalOptions } from './options.ts';
import { printJson, printNote, printResult } from './output.ts';
import { scenarioFiles, validateFile } from './validate-file.ts';

/** `validate [files…]`: every problem of the named files, or of everything shipped and of the workspace's own. */
export async function validateCommand(
  files: string[],
  options: GlobalOptions & { output: 'text' | 'json' },
): Promise<number> {
  const workspace = process.cwd();
  const diagnostics = files.length > 0 ? validateFiles(files, workspace) : validateAll(workspace);
  const valid = !hasErrors(diagnostics);
  if (options.output === 'json') printJson({ valid, diagnostics }, 2);
  else {
    for (const diagnostic of diagnostics) printResult(`${printable(diagnosticLines(diagnostic).join('\n'))}\n`);
    printNote(diagnostics.length === 0 ? 'Everything is valid.' : `${countDiagnostics(diagnostics)}.`);
  }
  return valid ? exitCodes.done : exitCodes.usage;
}

/** Every problem of these files. Throws `Problem` (exit code 2) for names that lead to no file. */
export function validateFiles(files: readonly string[], workspace: string): Diagnostic[] {
  const absent = files.filter((file) => !existsSync(file) || !statSync(file).isFile());
  if (absent.length > 0)
    throw new Problem(`There is no file ${absent.join(', ')}`, {
      next: ['Name files, or none to check everything.'],
      exitCode: exitCodes.usage,
    });
  return sortDiagnostics(files.flatMap((file) => validateFile(file, workspace)));
}

/**
 * Every problem of the user's settings, and of the menus, systems, playbooks, manifests, scenarios and rules for the sandbox's
 * images that can be chosen in a workspace.
 */
export function validateAll(workspace: string): Diagnostic[] {
  const { diagnostics } = loadCatalog({ workspace });
  return sortDiagnostics([
    ...diagnostics,
    ...[configurationFile(), join(workspace, '.tars-console', 'sandbox.yaml')]
      .filter(existsSync)
      .flatMap((file) => validateFile(file, workspace)),
    ...scenarioFiles(workspace).flatMap((file) => validateFile(file, workspace)),
  ]);
}
