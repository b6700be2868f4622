import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterSession, Services } from '../app/services.ts';
import { Problem } from '../base/errors.ts';
import type { Connection } from '../cluster/connection.ts';
import { checklistJson, checklistMarkdown } from '../playbooks/checklists/checklist-markdown.ts';
import { makeChecklist } from '../playbooks/checklists/make-checklist.ts';
import { changeTick } from '../playbooks/checklists/ticks.ts';
import { whoTicks } from '../playbooks/checklists/who-ticks.ts';
import { consentLines, missingConsent } from '../playbooks/consent.ts';
import { GateProblem } from '../playbooks/runs/gate.ts';
import { timeInNames } from '../playbooks/runs/run-header.ts';
import { findLoadedChecklist } from './checklists.ts';
import type { GlobalOptions } from './options.ts';
import { asTyped } from './program-name.ts';
import { refuseChanges } from './refuse-changes.ts';

/** The part of the screen's services that judges checklists and keeps what is ticked. */
export function createChecklistServices(
  options: GlobalOptions,
  connectionFor: (session: ClusterSession) => Connection,
): Pick<Services, 'checklist' | 'tick' | 'exportChecklist'> {
  // A production context's name is typed once for a session: sixteen items would be sixteen times.
  const confirmed = new WeakSet<ClusterSession>();
  return {
    async checklist(session, ref, signal) {
      const loaded = findLoadedChecklist(ref, process.cwd());
      const { checks } = loaded.checklist;
      const consent = checks && missingConsent({ ...loaded.surroundings, playbook: checks });
      if (consent)
        throw new Problem(`${consent.playbook} is this folder’s own, and asks outside the cluster`, {
          where: consent.workspace,
          evidence: consentLines(consent),
          next: [asTyped(`tars-console checklist ${ref} --trust agrees to exactly this`)],
        });
      const connection = connectionFor(session);
      return makeChecklist(loaded, connection, { kubeconfig: connection.info.kubeconfig, signal });
    },
    async tick(session, { checklist, item, note, seen }, passage = {}) {
      refuseChanges(options, 'A tick is kept in the cluster');
      const { context, namespace } = session.info;
      if (session.production && !confirmed.has(session) && passage.confirmedContext !== context)
        throw new GateProblem({ kind: 'production', context });
      confirmed.add(session);
      const connection = connectionFor(session);
      const [, name = ''] = checklist.split('/');
      const tick =
        note === undefined ? undefined : { by: await whoTicks(connection), at: new Date().toISOString(), note };
      return changeTick(connection, { namespace, name }, { item, tick, seen });
    },
    async exportChecklist(report) {
      const name = `${report.checklist.replace('/', '-')}-checklist-${timeInNames(report.at)}`;
      const file = join(process.cwd(), name);
      writeFileSync(`${file}.md`, checklistMarkdown(report), { mode: 0o600, flag: 'w' });
      writeFileSync(`${file}.json`, `${JSON.stringify(checklistJson(report), undefined, 2)}\n`, { mode: 0o600 });
      return `${file}.md\n${file}.json`;
    },
  };
}
