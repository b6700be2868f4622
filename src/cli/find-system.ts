import { exitCodes, Problem } from '../base/errors.ts';
import { closestName } from '../cluster/closest-name.ts';
import { loadSystems, type System } from '../systems/system.ts';
import { hasErrors, invalidFiles } from '../yaml/diagnostics.ts';
import { playbookRoots, shownPath } from './catalog.ts';

/** A system by its name. Throws `Problem` with what there is, or with the faults of its file. */
export function findSystem(name: string): System {
  const workspace = process.cwd();
  const { systems, diagnostics } = loadSystems(playbookRoots({ workspace }), (path) => shownPath(path, workspace));
  const found = systems.find((system) => system.name === name);
  if (found) return found;
  const faults = diagnostics.filter(({ file }) => file.endsWith(`/${name}/system.yaml`));
  if (hasErrors(faults)) throw invalidFiles(faults);
  const names = systems.map((system) => system.name);
  const near = closestName(name, names);
  throw new Problem(`There is no system "${name}"`, {
    next: [near ? `Did you mean ${near}?` : `There are: ${names.join(', ') || 'none'}`],
    exitCode: exitCodes.usage,
  });
}
