import { exitCodes, Problem } from '../base/errors.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
import { rehearsalSpeed } from './rehearsal-speed.ts';

/** The cluster that a command line names; the sandbox is started where none runs. Throws `Problem`. */
export async function chooseCluster(options: GlobalOptions & { speed?: string }): Promise<ClusterChoice> {
  const { sandbox, context, kubeconfig, namespace } = options;
  if (!sandbox) return { sandbox: false, context, kubeconfig, namespace };
  if (context || kubeconfig)
    throw new Problem('--sandbox names a cluster, and so do --context and --kubeconfig', {
      next: ['Leave one of them out.'],
      exitCode: exitCodes.usage,
    });
  const { ensureSandbox } = await import('./sandbox.ts');
  printNote('Looking for the sandbox, or starting it …');
  const { kubeconfig: file, context: name } = await ensureSandbox({ speed: readSpeed(options.speed) });
  return { sandbox: true, kubeconfig: file, context: name, namespace };
}

/** The choice for what needs no cluster; says so where the command line names one all the same. */
export function withoutCluster({ context, kubeconfig, namespace }: GlobalOptions): ClusterChoice {
  if (context || kubeconfig) printNote('It needs no cluster: --context and --kubeconfig are not used');
  return { sandbox: false, none: true, namespace };
}

/** `--speed` as a number. Throws `Problem`. */
export function readSpeed(text: string | undefined): number {
  const speed = Number(text ?? rehearsalSpeed);
  if (Number.isFinite(speed) && speed >= 0.1 && speed <= 100) return speed;
  throw new Problem(`--speed takes a factor from 0.1 to 100, not \`${text}\``, { exitCode: exitCodes.usage });
}
