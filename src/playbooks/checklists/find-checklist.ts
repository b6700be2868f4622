import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaybookRoot } from '../find-playbook.ts';
import type { Playbook } from '../model.ts';

/** `atas/production` of every checklist, `<system>/checklists/<name>.yaml`, that the roots hold. */
export function checklistNames(roots: readonly PlaybookRoot[]): string[] {
  const names = roots.flatMap(({ folder }) =>
    namesIn(folder).flatMap((system) =>
      namesIn(join(folder, system, 'checklists'))
        .filter((file) => /^[a-z0-9-]+\.yaml$/.test(file))
        .map((file) => `${system}/${file.slice(0, -'.yaml'.length)}`),
    ),
  );
  return [...new Set(names)].sort();
}

/** The file of a checklist: the first root that has it wins. */
export function findChecklist(
  ref: string,
  roots: readonly PlaybookRoot[],
): { file: string; source: Playbook['source'] } | undefined {
  // A reference is a name, never a way out of the roots.
  const [, system, name] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(ref) ?? [];
  if (system === undefined || name === undefined) return undefined;
  return roots
    .map(({ folder, source }) => ({ file: join(folder, system, 'checklists', `${name}.yaml`), source }))
    .find(({ file }) => existsSync(file));
}

function namesIn(folder: string): string[] {
  // What bears the name and is no folder, or may not be read, holds none.
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
