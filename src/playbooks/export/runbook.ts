import { codeBlock, inline, tableOf } from '../report/markdown-text.ts';
import { runTimeVariable } from './cel-shell.ts';
import type { Exported, ExportedStep } from './exported-step.ts';

/** A playbook as a runbook that a person follows by hand, in Markdown. */
export function runbook(exported: Exported): string {
  const { title, description, ref, namespace, inputs, steps, next, programVersion } = exported;
  let number = 0;
  const parts = steps.flatMap((step) => {
    if (!step.group) number += 1;
    return stepParts(step, number);
  });
  return [
    `# ${inline(title)}`,
    ...(description ? [inline(description)] : []),
    `The playbook ${inline(ref)} as commands, for the namespace ${inline(namespace)}. They use the current context of kubectl. Written by tars-console ${inline(programVersion)}.`,
    ...(inputs.length === 0
      ? []
      : [
          '## Before you begin',
          'Set these variables. Type secrets with `read -rs NAME`, so that they are in no history.',
          tableOf(
            ['Variable', 'What it is', 'Usual value'],
            inputs.map(({ variable, definition, initial }) => [
              variable,
              definition.description,
              definition.sensitive ? '(secret)' : (initial ?? '(must be set)'),
            ]),
          ),
        ]),
    ...(steps.some(({ lines }) => lines.join('\n').includes(runTimeVariable))
      ? ['When it begins stands in names:', codeBlock(`${runTimeVariable}="$(date -u +%Y%m%d-%H%M%S)"`, 'sh')]
      : []),
    ...parts,
    ...(next.length === 0 ? [] : ['## What comes next', next.map((line) => `- ${inline(line)}`).join('\n')]),
  ]
    .join('\n\n')
    .concat('\n');
}

function stepParts(
  { title, description, when, notes, lines, byHand, group, retry, optional }: ExportedStep,
  number: number,
) {
  return [
    group ? `## ${inline(title)}` : `### ${number}. ${inline(title)}`,
    ...(description ? [inline(description)] : []),
    ...when.map(({ cel }) => `Only when ${inline(cel)}.`),
    ...(byHand === undefined ? [] : [`By hand: ${inline(byHand)}`]),
    ...notes.map((note) => inline(note)),
    ...(lines.length === 0 ? [] : [codeBlock(lines.map(byPerson).join('\n'), 'sh')]),
    ...(retry ? [`Try it again for up to ${retry.forSeconds} seconds.`] : []),
    ...(optional ? ['Go on when it fails.'] : []),
  ];
}

/** The script's own helpers in words that somebody can type. */
function byPerson(line: string): string {
  const kept = /^(\w+)="\$\(kept_key (\S+) (\S+) (\S+)\)"$/.exec(line);
  if (kept)
    return `${kept[1]}="$(kubectl get secret ${kept[2]} -n ${kept[4]} --ignore-not-found -o jsonpath='{.data.${kept[3]}}')"`;
  return line
    .replaceAll('base64_line', "base64 | tr -d '\\n'")
    .replace(/ \|\| by_eye$/, '')
    .replace(/^confirm (.*) (\S+)$/, '# Ask: $1 ($2)');
}
