import { loadSettings } from '../configuration/settings.ts';

/** Where a system goes: by the command line, else by the user's settings, else as its own file says. */
export function namespaceOf(system: { name: string; namespace: string }, given: string | undefined): string {
  return given ?? loadSettings().namespaces[system.name] ?? system.namespace;
}
