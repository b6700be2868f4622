import { exitCodes } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { connect } from '../cluster/connect/connect.ts';
import type { Connection } from '../cluster/connection.ts';
import { drawToneLines } from '../cluster/tone-line.ts';
import { diagnose } from '../playbooks/diagnosis/diagnose.ts';
import { type DiagnosisReport, isUnknown } from '../playbooks/diagnosis/diagnosis-report.ts';
import { reportLines } from '../playbooks/diagnosis/report-lines.ts';
import { loadDiagnoses } from './diagnoses.ts';
import { logIn } from './log-in.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printHints, printJson, printNote } from './output.ts';
import { chooseCluster } from './run-cluster.ts';
import { agreeToOutside, type ConsentOptions } from './run-consents.ts';
import { systemHeading } from './system-heading.ts';
import { namespaceOf } from './system-namespace.ts';

export interface DiagnoseCommandOptions extends GlobalOptions, ConsentOptions {
  output?: 'text' | 'json';
}

/** What a test puts in the place of the program's own. */
export interface DiagnoseServices {
  connect?: (options: DiagnoseCommandOptions, namespace: string) => Promise<Connection>;
}

/**
 * `diagnose <system> [diagnosis]`: what is wrong with a system. Exit 0 when nothing is found, 3 when something is, 1 when it cannot
 * be asked, or what decides it cannot be read.
 */
export async function diagnoseCommand(
  args: string[],
  options: DiagnoseCommandOptions,
  services: DiagnoseServices = {},
): Promise<number> {
  const [system = '', wanted] = args;
  const diagnoses = loadDiagnoses(system, wanted, process.cwd());
  const interactive = process.stdin.isTTY === true && options.output !== 'json';
  for (const loaded of diagnoses) await agreeToOutside(loaded, options, interactive);
  const namespace = namespaceOf(diagnoses[0]?.system ?? { name: system, namespace: 'default' }, options.namespace);
  const connection = await (services.connect ?? connectTo)(options, namespace);
  try {
    const onBegin = (title: string) => printNote(`${printableLine(title)} …`);
    const kubeconfig = options.sandbox ? undefined : options.kubeconfig;
    const report = await diagnose(diagnoses, connection, { kubeconfig, onBegin });
    print(report, options);
    if (report.causes.length > 0) return exitCodes.notMet;
    return isUnknown(report) ? exitCodes.failed : exitCodes.done;
  } finally {
    connection.close();
  }
}

async function connectTo(options: DiagnoseCommandOptions, namespace: string): Promise<Connection> {
  const cluster = await chooseCluster(options);
  await logIn(cluster);
  return connect({ ...cluster, namespace });
}

function print(report: DiagnosisReport, { output }: DiagnoseCommandOptions): void {
  if (output === 'json') {
    printJson(report, 2);
    return;
  }
  printNote(`\n${systemHeading(report.title, report.namespace, report)}`);
  const theme = outputTheme();
  printHints(drawToneLines(reportLines(report, theme.symbols), Number.POSITIVE_INFINITY, theme).join('\n'));
}
