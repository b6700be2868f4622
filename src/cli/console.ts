import type { Services } from '../app/services.ts';
import { exitCodes } from '../base/errors.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import { givenSettings } from '../configuration/given-settings.ts';
import { logIn } from './log-in.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
import { asTyped } from './program-name.ts';

export interface ConsoleOptions extends GlobalOptions {
  /** Opens right on this run, which is going on. */
  run?: string;
  /** The cluster is chosen already. */
  choice?: ClusterChoice;
  system?: string;
}

/** Opens the screen; 0 when it was left. What goes on without it is said on the way out. */
export async function openConsole(options: ConsoleOptions): Promise<number> {
  const { openScreen } = await import('../app/open-screen.tsx');
  const choice = options.choice ?? givenChoice(options);
  if (choice) await logIn(choice);
  const left = await openScreen({
    services: lazyServices(options),
    frameRate: (await givenSettings())?.frameRate,
    initial: {
      readOnly: options.readOnly === true,
      choice,
      system: options.system,
      startWith: options.run,
    },
  });
  if (left.run) {
    printNote(`The run goes on: ${left.run}`);
    printNote(
      `  → tars-console shows it again; tars-console follow ${left.run} prints it; tars-console stop ${left.run} ends it`,
    );
  }
  return exitCodes.done;
}

function givenChoice({ sandbox, context, kubeconfig, namespace }: GlobalOptions): ClusterChoice | undefined {
  if (sandbox) return { sandbox: true, namespace };
  return context === undefined ? undefined : { sandbox: false, context, kubeconfig, namespace };
}

/** The first frame does not wait for the client, the schemas and the files: they are read when the first question comes. */
function lazyServices(options: ConsoleOptions): Services {
  let made: Promise<Services> | undefined;
  const real = () => {
    made ??= import('./console-services.ts').then(({ createServices }) => createServices(options));
    return made;
  };
  return {
    asTyped,
    catalog: async () => (await real()).catalog(),
    contexts: async () => (await real()).contexts(),
    probe: async (context, signal) => (await real()).probe(context, signal),
    manifestSources: async (system) => (await real()).manifestSources(system),
    connect: async (choice, system) => (await real()).connect(choice, system),
    details: async (session, object, signal) => (await real()).details(session, object, signal),
    status: async (session, system, signal) => (await real()).status(session, system, signal),
    copy: async (text) => (await real()).copy(text),
    openUrl: async (url) => (await real()).openUrl(url),
    diagnose: async (session, system, wanted, signal) => (await real()).diagnose(session, system, wanted, signal),
    checklist: async (session, ref, signal) => (await real()).checklist(session, ref, signal),
    tick: async (session, request, passage) => (await real()).tick(session, request, passage),
    exportChecklist: async (report) => (await real()).exportChecklist(report),
    page: async (ref) => (await real()).page(ref),
    form: async (request) => (await real()).form(request),
    plan: async (request) => (await real()).plan(request),
    preview: async (plan, receive, signal) => (await real()).preview(plan, receive, signal),
    startRun: async (plan, passage) => (await real()).startRun(plan, passage),
    runs: async () => (await real()).runs(),
    report: async (run) => (await real()).report(run),
    replay: async (run, receive, signal) => (await real()).replay(run, receive, signal),
    follow: async (run, receive, signal) => (await real()).follow(run, receive, signal),
    answer: async (run, question, answer) => (await real()).answer(run, question, answer),
    stopRun: async (run) => (await real()).stopRun(run),
    resumeRun: async (run, passage) => (await real()).resumeRun(run, passage),
    discardRun: async (run) => (await real()).discardRun(run),
  };
}
