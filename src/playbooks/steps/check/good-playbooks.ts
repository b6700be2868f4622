import { Problem } from '../../../base/errors.ts';
import type { Playbook } from '../../model.ts';
import type { PlaybookLibrary } from '../../step-kind.ts';

/** Whether a playbook is meant by a name, or by one that ends in `*`. */
function isMeant(name: string, by: string): boolean {
  return by.endsWith('*') ? name.startsWith(by.slice(0, -1)) : name === by;
}

/**
 * The playbooks that are meant by `tars/*` and the like, but for `except`, which have no faults; what is wrong with another is said
 * where that one is run.
 */
export function goodPlaybooks(library: PlaybookLibrary, meant: string, except: readonly string[] = []): Playbook[] {
  const names = library.names().filter((name) => isMeant(name, meant) && !except.some((by) => isMeant(name, by)));
  return names.flatMap((name) => {
    try {
      return [library.load(name)];
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  });
}
