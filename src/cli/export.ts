import { chmodSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes } from '../base/errors.ts';
import { exportPlaybook } from '../playbooks/export/export-playbook.ts';
import { runbook } from '../playbooks/export/runbook.ts';
import { shellScript } from '../playbooks/export/shell-script.ts';
import type { InputValue } from '../playbooks/inputs.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
import { packageVersion } from './package-version.ts';
import { asTyped } from './program-name.ts';
import { loadRun } from './run-loading.ts';

type Options = GlobalOptions & { format: 'sh' | 'md'; output?: string };

/** `export <system>/<playbook>`: the playbook as commands. Asks no cluster; no secret is in it. */
export async function exportCommand(args: string[], { format, output, namespace }: Options): Promise<number> {
  const loaded = loadRun({ playbook: args[0] ?? '', workspace: process.cwd(), manifests: 'bundled' });
  const exported = await exportPlaybook({
    loaded,
    inputs: initialInputs(loaded.playbook.inputs),
    namespace: namespace ?? loaded.system.namespace,
    programVersion: packageVersion(),
  });
  const text = format === 'sh' ? shellScript(exported) : asTyped(runbook(exported));
  if (output === undefined || output === '-') process.stdout.write(text);
  else {
    writeFileSync(output, text);
    if (format === 'sh') chmodSync(output, 0o755);
    printNote(`Written: ${resolve(output)}`);
  }
  return exitCodes.done;
}

function initialInputs(inputs: ReturnType<typeof loadRun>['playbook']['inputs']): Record<string, InputValue> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { default: value, sensitive, optional, type }]): [string, InputValue][] => {
      if (sensitive) return [];
      if (value !== undefined) return [[name, value]];
      return optional && type === 'string' ? [[name, '']] : [];
    }),
  );
}
