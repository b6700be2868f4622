import { Problem } from '../base/errors.ts';
import type { Connection } from '../cluster/connection.ts';
import { consentLines, missingConsent } from '../playbooks/consent.ts';
import { diagnose } from '../playbooks/diagnosis/diagnose.ts';
import type { DiagnosisReport } from '../playbooks/diagnosis/diagnosis-report.ts';
import type { FoundFinding, RankedCause } from '../playbooks/diagnosis/rank.ts';
import { loadDiagnoses } from './diagnoses.ts';
import { asTyped } from './program-name.ts';

/** A diagnosis of the screen, with commands as they are typed here. Throws `Problem` for what needs a consent first. */
export async function diagnoseOn(
  connection: Connection,
  system: string,
  wanted: string,
  signal: AbortSignal,
): Promise<DiagnosisReport> {
  const diagnoses = loadDiagnoses(system, wanted, process.cwd());
  for (const loaded of diagnoses) {
    const consent = missingConsent(loaded);
    if (consent)
      throw new Problem(`${consent.playbook} is this folder’s own, and asks outside the cluster`, {
        where: consent.workspace,
        evidence: consentLines(consent),
        next: [asTyped(`tars-console diagnose ${system} --trust agrees to exactly this`)],
      });
  }
  const report = await diagnose(diagnoses, connection, { kubeconfig: connection.info.kubeconfig, signal });
  return { ...report, causes: report.causes.map(typedBelow), unread: report.unread.map(typed) };
}

function typed<Found extends FoundFinding>(found: Found): Found {
  const { repair } = found.finding;
  return repair === undefined ? found : { ...found, finding: { ...found.finding, repair: asTyped(repair) } };
}

function typedBelow(cause: RankedCause): RankedCause {
  return { ...typed(cause), consequences: cause.consequences.map(typedBelow) };
}
