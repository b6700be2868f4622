import { writeFileSync } from 'node:fs';
import { normalise } from './normalise.ts';
import { type Answer, kubeconfig, type Server } from './two-servers.ts';

/** One command of a script, and what is compared of it. */
export interface Step {
  /** As typed, quotes as in a shell; `NS` is the namespace's name, also in names of what is in none. */
  run: string;
  input?: string;
  env?: Record<string, string>;
  /** 0 unless said. */
  code?: number;
  /** What both servers must have answered, so that two empty outputs are no proof. */
  shows: RegExp;
  /** Is run again until this is said: for what takes its time. */
  until?: RegExp;
  /** `sorted` where names are chance, `last` line where the way there is, `json` where fields have no order. */
  compared?: 'sorted' | 'last' | 'json';
  /** Is taken out before the comparison: what other users of the cluster put there. */
  without?: RegExp;
  /** Run as soon as the command has said something; it is ended when it has said `shows`. */
  meanwhile?: string;
  /** The ServiceAccount that it is run as. */
  account?: string;
}

const untilMs = 60_000;

export interface Seen {
  code: number | null;
  text: string;
}

/** Runs a step on one server: what it said, without chance and time. */
export async function runStep(server: Server, step: Step, namespace: string): Promise<Seen> {
  const fill = (text: string) => text.replaceAll('NS', namespace);
  const [program, ...args] = words(fill(step.run));
  const env = { ...step.env, ...(step.account ? await asAccount(server, step.account, namespace) : {}) };
  const input = step.input === undefined ? undefined : fill(step.input);
  for (const deadline = Date.now() + untilMs; ; ) {
    const during = step.meanwhile === undefined ? undefined : once(server, words(fill(step.meanwhile)));
    const answer = await server.run(program as 'kubectl', args, {
      input,
      env,
      onOutput: during && ((said) => during(said) && step.shows.test(said)),
    });
    const all = answer.stdout + answer.stderr;
    if (!step.until || step.until.test(all)) return compared(step, answer, namespace);
    if (Date.now() > deadline) throw new Error(`${server.name}: ${step.run} did not say ${step.until}:\n${all}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Starts the other command at the first output. */
function once(server: Server, [program, ...args]: string[]) {
  let started = false;
  return (said: string): boolean => {
    if (!started && said.length > 0) {
      started = true;
      void server.run(program as 'kubectl', args);
    }
    return started;
  };
}

function compared(step: Step, { code, stdout, stderr }: Answer, namespace: string): Seen {
  const said = normalise((stdout + stderr).replaceAll(namespace, 'NS'));
  const text = step.without ? said.replace(step.without, '') : said;
  const lines = text.trimEnd().split('\n');
  // A watch that was ended has no code.
  const seen = step.meanwhile === undefined ? code : 0;
  if (step.compared === 'json') return { code: seen, text: inOrder(said) };
  if (step.compared === 'last') return { code: seen, text: lines.at(-1) ?? '' };
  return { code: seen, text: (step.compared === 'sorted' ? lines.sort() : lines).join('\n') };
}

/** JSON with the fields of every object by name. */
function inOrder(text: string): string {
  const ordered = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value;
  return JSON.stringify(JSON.parse(text, ordered));
}

async function asAccount(server: Server, account: string, namespace: string): Promise<Record<string, string>> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const { body } = await server.http.post(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  const file = `${server.folder}/${account}`;
  writeFileSync(file, kubeconfig({ ...server.access, token: body.status.token }, namespace), { mode: 0o600 });
  return { KUBECONFIG: file };
}

/** Splits as a shell would: blanks part words, quotes keep them together. */
function words(command: string): string[] {
  const found = command.matchAll(/((?:[^\s'"]|'[^']*'|"[^"]*")+)/g);
  return [...found].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
}
