import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { Problem } from './errors.ts';

/** What people write by hand is far smaller; what is larger is a mistake, or meant to keep the program busy. */
const usualMost = 16 * 1024 * 1024;

/**
 * The text of a file that somebody else may have put there. Throws `Problem` for what is no plain file, such as a link to a
 * device that never ends, for what is too large, and for a link that leads out of the workspace it lies in.
 */
export function readTextFile(path: string, mostBytes = usualMost): string {
  const about = statSync(path);
  if (!about.isFile()) throw new Problem('This is no plain file, and is not read', { where: path });
  if (about.size > mostBytes)
    throw new Problem(`This file is too large: ${about.size} bytes, and at most ${mostBytes} are read`, {
      where: path,
    });
  const workspace = workspaceOf(path);
  if (workspace !== undefined && !isInside(path, workspace)) throw leadsOut(path);
  return readFileSync(path, 'utf8');
}

/** Whether a path lies in a folder when all links are followed; of what is not there yet, the folder that it would be made in. */
export function isInside(path: string, folder: string): boolean {
  const [real, root] = [realPath(path), realPath(folder)];
  return real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

export function leadsOut(path: string): Problem {
  return new Problem('This lies outside of the workspace, and is not read for a playbook of the workspace', {
    where: path,
    next: ['Put a copy of it beside the playbook, if it belongs there'],
  });
}

/** The folder whose `.tars-console/` a file lies in. */
function workspaceOf(path: string): string | undefined {
  const at = path.lastIndexOf(`${sep}.tars-console${sep}`);
  return at === -1 ? undefined : path.slice(0, at) || sep;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path
      ? path
      : `${realPath(parent).replace(/\/$/, '')}${path.slice(parent.replace(/\/$/, '').length)}`;
  }
}
