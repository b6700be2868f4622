/** The script's variable of an input: `storageClass` → `INPUT_STORAGE_CLASS`. Its beginning keeps it off PATH, HOME and IFS. */
export function variableOf(input: string): string {
  const words = input.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return `INPUT_${words.toUpperCase()}`;
}

/** The script's function of a step: `deploy/wait-for-databases` → `step_deploy__wait_for_databases`. */
export function functionOf(id: string): string {
  return `step_${id.replaceAll('/', '__').replace(/[^A-Za-z0-9_]/g, '_')}`;
}
