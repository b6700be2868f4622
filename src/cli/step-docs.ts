import { commonStepFields } from '../playbooks/schema.ts';
import type { StepKind } from '../playbooks/step-kind.ts';
import { type OptionRow, optionRows } from './option-rows.ts';
import { type JsonSchema, playbookJsonSchema } from './playbook-schema.ts';

const groups: [title: string, names: readonly string[]][] = [
  [
    'Objects in the cluster',
    ['apply', 'delete', 'kustomize', 'helm', 'patch', 'label', 'secret', 'certificate', 'save', 'put-back'],
  ],
  ['Workloads', ['rollout', 'refer', 'scale', 'wait', 'exec', 'copy', 'logs', 'port-forward']],
  ['Looking', ['check', 'watch', 'http', 'promql', 'load']],
  ['Outside of the cluster', ['command', 'ssh', 'file', 'kubeconfig', 'image']],
  ['People', ['confirm', 'input']],
  ['Steps inside of steps', ['playbook', 'parallel', 'foreach']],
];

/** `docs/steps.md`: every kind of step, from its own schema. `examples` are steps as they stand in a playbook, by kind. */
export function stepDocs(kinds: readonly StepKind[], examples: Readonly<Record<string, string>>): string {
  const { definitions } = playbookJsonSchema(kinds) as { definitions: Record<string, JsonSchema> };
  const listed = groups.flatMap(([, names]) => names);
  const others = kinds.filter(({ name }) => !listed.includes(name)).map(({ name }) => name);
  const all: typeof groups = others.length > 0 ? [...groups, ['More', others]] : groups;
  const present = all.flatMap(([title, names]) => {
    const found = names.flatMap((name) => kinds.find((kind) => kind.name === name) ?? []);
    return found.length > 0 ? [{ title, found }] : [];
  });
  const contents = present.map(
    ({ title, found }) => `- ${title}: ${found.map(({ name }) => `[${name}](#${name})`).join(', ')}`,
  );
  const sections = present.flatMap(({ found }) =>
    found.map((kind) => kindSection(kind, definitions, examples[kind.name])),
  );
  return `${[intro, contents.join('\n'), commonSection(definitions), ...sections].join('\n\n')}\n`;
}

const intro = `# Kinds of steps

Made from the program's own schemas (\`npm run schemas\`); how steps are put together stands in [playbooks.md](playbooks.md).
A value may be an expression, \`\${{ … }}\`, wherever a text may stand. \`<name>\` stands for any key, \`[]\` for an item of a list.`;

function commonSection(definitions: Record<string, JsonSchema>): string {
  const { properties = {}, required } = definitions.step ?? {};
  const own = Object.entries(properties as object).filter(([key]) => Object.hasOwn(commonStepFields, key));
  const rows = optionRows({ properties: Object.fromEntries(own), required }, definitions);
  return `## Every step\n\n${table(rows)}`;
}

function kindSection(kind: StepKind, definitions: Record<string, JsonSchema>, example: string | undefined): string {
  const { description: _, ...schema } = definitions[`step-${kind.name}`] ?? {};
  return [
    `## ${kind.name}`,
    `${kind.description}.`,
    table(optionRows(schema, definitions)),
    facts(kind),
    ...(example ? [`\`\`\`yaml\n${example}\n\`\`\``] : []),
  ].join('\n\n');
}

function table(rows: readonly OptionRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = rows.map(
    ({ path, type, description, needed }) =>
      `| \`${path}\`${needed ? ' \\*' : ''} | ${cell(type)} | ${cell(description)} |`,
  );
  const note = rows.some(({ needed }) => needed) ? '\n\n\\* must be there' : '';
  return `| option | what it may be | |\n|---|---|---|\n${lines.join('\n')}${note}`;
}

const actsOn: Record<StepKind['effects'], string> = {
  none: 'changes nothing',
  cluster: 'changes the cluster',
  outside: 'acts outside of the cluster, or loads it: asked about in a folder that is not trusted',
};

function facts(kind: StepKind): string {
  const { effects, holds, outputs, plan, probe, undo, access } = kind;
  if (holds || kind.name === 'playbook')
    return `- its steps are previewed, run and taken back one by one${putOut(outputs)}`;
  const preview = plan ? 'previewed' : effects === 'none' ? 'nothing to preview' : 'cannot be previewed';
  const again = probe
    ? 'looked at again when a run was cut off in it'
    : effects === 'outside'
      ? 'asked about when a run was cut off in it'
      : 'run again when a run was cut off in it';
  const back = undo ? ', and can be taken back' : effects === 'none' ? '' : ', and is taken back by `undo` steps only';
  const rights = access ? '; its rights are checked before anything runs' : '';
  const where = kind.effectsOf ? `${actsOn[effects]} unless its options say so` : actsOn[effects];
  return `- ${where}; ${preview}; ${again}${back}${rights}${putOut(outputs)}`;
}

function putOut(outputs: StepKind['outputs']): string {
  const names = Object.entries(outputs ?? {}).map(([name, type]) => `\`${name}\`${typeName(type)}`);
  return names.length > 0 ? `\n- puts out ${names.join(', ')}` : '';
}

const typeNames: Record<string, string> = {
  string: 'text',
  double: 'number',
  bool: 'true or false',
  list: 'list',
  map: 'map',
};

function typeName(type: unknown): string {
  const name = typeof type === 'string' ? typeNames[type] : 'map';
  return name ? ` (${name})` : '';
}
