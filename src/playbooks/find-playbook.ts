import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Playbook } from './model.ts';

/** A folder of systems, each a folder of playbooks. */
export interface PlaybookRoot {
  folder: string;
  source: Playbook['source'];
}

/** `tars/deploy` of every playbook that the roots hold. */
export function playbookNames(roots: readonly PlaybookRoot[]): string[] {
  const names = roots.flatMap(({ folder }) =>
    foldersIn(folder).flatMap((system) =>
      readdirSync(join(folder, system))
        .filter((file) => file.endsWith('.yaml') && file !== 'system.yaml')
        .map((file) => `${system}/${file.slice(0, -'.yaml'.length)}`),
    ),
  );
  return [...new Set(names)].sort();
}

/** The file of a playbook: the first root that has it wins. */
export function findPlaybook(
  ref: string,
  roots: readonly PlaybookRoot[],
): { file: string; source: Playbook['source'] } | undefined {
  // A reference is a name, never a way out of the roots.
  if (!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(ref) || ref.endsWith('/system')) return undefined;
  return roots
    .map(({ folder, source }) => ({ file: join(folder, `${ref}.yaml`), source }))
    .find(({ file }) => existsSync(file));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
