import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { chooseContext } from '../cluster/connect/contexts.ts';
import { readKubeconfig } from '../cluster/connect/kubeconfig.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import { isProduction } from '../configuration/production.ts';
import { loadSettings } from '../configuration/settings.ts';
import { type Consent, consentLines, giveConsent, missingConsent, refuseStrangers } from '../playbooks/consent.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import { requireTyped } from '../playbooks/runs/production.ts';
import type { Question } from '../playbooks/runs/question.ts';
import { detectTheme, type Theme } from '../ui/theme.ts';
import { printNote } from './output.ts';
import { promptFor } from './run-prompt.ts';

export interface ConsentOptions {
  /** Agrees to what the workspace's own playbook does outside the cluster. */
  trust?: boolean;
  /** The name of a context that is production. */
  confirmContext?: string;
}

/** How notes are drawn: plain for whoever is no terminal. */
function noteTheme(): Theme {
  return detectTheme(process.stderr.isTTY ? process.env : { ...process.env, NO_COLOR: '1' });
}

/** Asks once on the terminal; undefined when it was interrupted. */
export async function askOnce(question: Question) {
  const leaving = new AbortController();
  return promptFor(question, leaving.signal, () => leaving.abort());
}

/** The name of the chosen context if it is production. Throws `Problem` for a context that is not there. */
export function productionContext(cluster: ClusterChoice): string | undefined {
  if (cluster.none) return undefined;
  const { name, ...known } = chooseContext(readKubeconfig(cluster.kubeconfig), cluster);
  return isProduction({ context: name, ...known }, loadSettings().production) ? name : undefined;
}

/**
 * Has the name of a production context typed, unless the command line holds it; `--yes` is not enough. Returns what was typed,
 * undefined where none is needed. Throws `Problem` (exit code 2) when nobody can be asked, or it was not the name.
 */
export async function confirmProduction(
  cluster: ClusterChoice,
  { confirmContext }: ConsentOptions,
  interactive: boolean,
): Promise<string | undefined> {
  const context = productionContext(cluster);
  if (context === undefined) return confirmContext;
  const theme = noteTheme();
  printNote(`${theme.badge(' PRODUCTION ')} ${theme.warn(printableLine(context))}`);
  let confirmedContext = confirmContext;
  if (confirmContext === undefined && interactive) {
    const answer = await askOnce({ kind: 'typed', text: '', expect: context });
    confirmedContext = answer?.kind === 'typed' ? answer.text : '';
    if (confirmedContext === '') throw new Problem('Nothing was done', { exitCode: exitCodes.interrupted });
  }
  requireTyped(context, { confirmedContext });
  return confirmedContext;
}

/** Has a workspace's own steps outside the cluster agreed to. Throws `Problem` (exit code 2) on a no. */
export async function agreeToOutside(
  loaded: LoadedRun,
  { trust }: ConsentOptions,
  interactive: boolean,
): Promise<void> {
  const consent = missingConsent(loaded);
  if (!consent) return;
  if (!trust && (!interactive || !(await agrees(consent)))) return refuseStrangers(loaded);
  giveConsent(consent);
}

async function agrees(consent: Consent): Promise<boolean> {
  printNote(
    `${consent.playbook} is this folder’s own (${printableLine(consent.workspace)}). Outside the cluster it does this:`,
  );
  for (const line of consentLines(consent)) printNote(`  ${printableLine(line)}`);
  printNote('Do you agree to exactly this? It is remembered; what changes later is asked about again.');
  const answer = await askOnce({ kind: 'confirm', text: '', dangerous: true });
  return answer?.kind === 'confirm' && answer.yes;
}
