import { shellWord } from '../steps/explain.ts';
import { runTimeVariable } from './cel-shell.ts';
import type { Exported, ExportedInput, ExportedStep } from './exported-step.ts';
import { functionOf } from './shell-names.ts';

/** A playbook as a POSIX shell script that needs kubectl (and what its steps name) and no file beside it. */
export function shellScript(exported: Exported): string {
  const { title, description, ref, namespace, programVersion, inputs, steps, next } = exported;
  // What a called playbook never does, with what it is given here, is left out.
  const acting = steps.filter(
    ({ group, when: conditions }) => !group && conditions.every(({ test }) => test !== 'false'),
  );
  const text = acting.flatMap(({ lines }) => lines).join('\n');
  const prose = [title, ...acting.map((step) => step.title), ...next].join('\n');
  return [
    '#!/bin/sh',
    ...when(/[’‘]/.test(prose), ['# Apostrophes of texts are meant so.', '# shellcheck disable=SC1112']),
    ...when(/\bsh -c '/.test(text), [
      '# What stands between single quotes is for the shell of a pod.',
      '# shellcheck disable=SC2016',
    ]),
    ...comment(title),
    ...comment(description),
    '#',
    ...comment(
      `The playbook ${ref} as commands, for the namespace ${namespace}; written by tars-console ${programVersion}. It uses the current context of kubectl: set KUBECONFIG or change it first. It cannot be resumed, previews nothing and takes nothing back; a run of the playbook can.`,
    ),
    'set -eu',
    '',
    ...helpers(text, acting, inputs),
    ...inputLines(inputs),
    ...when(text.includes(runTimeVariable), [
      '# When this began, in UTC, as it may stand in names.',
      `${runTimeVariable}="$(date -u +%Y%m%d-%H%M%S)"`,
      '',
    ]),
    ...acting.flatMap(stepFunction),
    ...acting.flatMap(call),
    `printf '%s\\n' ${shellWord(`${title}: done`)}`,
    ...next.map((line) => `printf '  %s\\n' ${shellWord(line)}`),
    '',
  ].join('\n');
}

function inputLines(inputs: readonly ExportedInput[]): string[] {
  if (inputs.length === 0) return [];
  return ['# Inputs: each is a variable of the environment, or has this value.', ...inputs.flatMap(inputLine), ''];
}

function inputLine({ variable, definition, initial }: ExportedInput): string[] {
  const { description, sensitive, generate, optional, type } = definition;
  const about = comment(description);
  if (!sensitive) {
    const plain = type === 'string' ? [`plain ${variable} "$${variable}"`] : [];
    const value = initial === undefined && !optional ? `\${${variable}:?${'must be set'}}` : undefined;
    if (value) return [...about, `: "${value}"`, ...plain];
    return [...about, `${variable}="\${${variable}-${defaultWord(initial ?? '')}}"`, ...plain];
  }
  const made = generate
    ? `${variable}="$(openssl rand ${generate.encoding === 'hex' ? '-hex' : '-base64'} ${generate.bytes}${generate.encoding === 'base64url' ? " | tr '+/' '-_' | tr -d '='" : ''})"`
    : `${variable}="$(ask_secret ${variable})"`;
  return [...about, `${variable}="\${${variable}-}"`, `if [ -z "$${variable}" ]; then ${made}; fi`];
}

/** A default inside of `"${NAME-…}"`. */
function defaultWord(text: string): string {
  return text.replace(/[\\"$`}]/g, '\\$&');
}

function stepFunction(step: ExportedStep): string[] {
  const { id, title, description, lines, notes, byHand, when } = step;
  const unsaid = when.filter(({ test }) => test === undefined).map(({ cel }) => `Only when ${cel}`);
  const body = byHand === undefined ? lines : [`by_hand ${shellWord(`${title}: ${byHand}`)}`];
  return [
    ...comment(title),
    ...comment(description),
    ...[...unsaid, ...notes].flatMap((note) => comment(note)),
    ...(byHand === undefined ? [] : lines.flatMap((line) => line.split('\n')).map((line) => `#   ${line}`)),
    `${functionOf(id)}() {`,
    // What stands in a here-document must not be indented.
    ...(body.length === 0 ? [':'] : body),
    '}',
    '',
  ];
}

function call({ id, title, when, retry, optional, byHand }: ExportedStep): string[] {
  const name = functionOf(id);
  const said = `say ${shellWord(title)}`;
  const tried = retry && byHand === undefined ? `again ${retry.forSeconds} ${retry.everySeconds} ${name}` : name;
  const lines = [said, optional ? `without_failing ${tried}` : tried];
  const tests = when.map(({ cel, test }) => test ?? `so ${shellWord(oneLine(cel))}`).filter((test) => test !== 'true');
  return tests.length === 0 ? lines : [`if ${tests.join(' && ')}; then`, ...lines.map((line) => `  ${line}`), 'fi'];
}

function helpers(text: string, steps: readonly ExportedStep[], inputs: readonly ExportedInput[]): string[] {
  const asked = inputs.some(({ definition: { sensitive, generate } }) => sensitive && !generate);
  return [
    `say() { printf '==> %s\\n' "$1" >&2; }`,
    ...when(
      inputs.some(({ definition }) => !definition.sensitive && definition.type === 'string'),
      [
        '# Inputs are put into manifests between double quotes.',
        'plain() {',
        `  case $2 in *[\\"\\\\]* | *"`,
        `"*) say "$1 must hold no quotes, backslashes or line breaks"; exit 2 ;; esac`,
        '}',
      ],
    ),
    ...when(
      steps.some(({ byHand }) => byHand !== undefined),
      [`by_hand() { say "This is to be done by hand. $1"; confirm 'Is it done?' y; }`],
    ),
    ...when(text.includes('|| by_eye'), [
      `by_eye() { say 'That could not be read, or is not there. What is to be so stands above this step.'; confirm 'Is it as it should be?' y; }`,
    ]),
    ...when(
      steps.some(({ when: conditions }) => conditions.some(({ test }) => test === undefined)),
      [
        '# What only a run knows is asked.',
        'so() {',
        `  printf '%s\n  [type y if it is so, n if not] ' "$1" >&2`,
        '  read -r answer </dev/tty',
        '  [ "$answer" = y ]',
        '}',
      ],
    ),
    ...when(/confirm |\|\| by_eye/.test(text) || steps.some(({ byHand }) => byHand !== undefined), [
      'confirm() {',
      `  printf '%s [type %s] ' "$1" "$2" >&2`,
      '  read -r answer </dev/tty',
      `  if [ "$answer" != "$2" ]; then say 'Not confirmed; nothing more is done.'; exit 1; fi`,
      '}',
    ]),
    ...when(asked, [
      '# Typed without being shown; it is kept in memory only.',
      'ask_secret() {',
      `  printf '%s: ' "$1" >/dev/tty`,
      '  stty -echo </dev/tty',
      '  read -r answer </dev/tty',
      '  stty echo </dev/tty',
      `  printf '\\n' >/dev/tty`,
      `  printf %s "$answer"`,
      '}',
    ]),
    ...when(text.includes('kept_key'), [
      '# A key of a Secret as it is in the cluster, in base64; nothing where there is none.',
      'kept_key() {',
      `  kubectl get secret "$1" -n "$3" --ignore-not-found -o "go-template={{ with .data }}{{ with index . \\"$2\\" }}{{ . }}{{ end }}{{ end }}"`,
      '}',
      `base64_line() { base64 | tr -d '\\n'; }`,
    ]),
    ...when(
      steps.some(({ retry }) => retry !== undefined),
      [
        '# Tries for so many seconds, every so many. A subshell by itself keeps `set -e` in force, a condition would not.',
        'again() {',
        '  until_time=$(($(date +%s) + $1))',
        '  while :; do',
        '    set +e',
        '    (set -e; "$3")',
        '    code=$?',
        '    set -e',
        '    if [ "$code" -eq 0 ]; then return 0; fi',
        '    if [ "$(date +%s)" -ge "$until_time" ]; then return 1; fi',
        '    sleep "$2"',
        '  done',
        '}',
      ],
    ),
    ...when(
      steps.some(({ optional }) => optional),
      [
        'without_failing() {',
        '  set +e',
        '  (set -e; "$@")',
        '  code=$?',
        '  set -e',
        `  if [ "$code" -ne 0 ]; then say 'That failed; it goes on without it.'; fi`,
        '}',
      ],
    ),
    '',
  ];
}

function when(holds: boolean, lines: string[]): string[] {
  return holds ? lines : [];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Wrapped at 100 columns; nothing in it can end the comment. */
function comment(text: string | undefined): string[] {
  if (text === undefined) return [];
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line.length + word.length > 99 && line !== '#') {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return line === '#' ? lines : [...lines, line];
}
