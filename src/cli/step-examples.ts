import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedStep, loadSteps, withInner } from '../playbooks/loading/loaded-step.ts';
import type { StepKind } from '../playbooks/step-kind.ts';
import { type LocatedDocument, locate, parseYaml } from '../yaml/parse.ts';

/** A step of each kind as it stands in one of these playbooks, by kind: the shortest of the first file that has one. */
export function stepExamples(files: readonly string[], kinds: readonly StepKind[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const file of files) {
    const document = parseYaml(readFileSync(file, 'utf8'), file);
    const { steps } = (document.value ?? {}) as { steps?: unknown };
    const here: Record<string, string> = {};
    for (const step of withInner(loadSteps(document, ['steps'], steps, kinds))) {
      const text = textOf(document, step);
      const name = step.kind?.name ?? '';
      if (!Object.hasOwn(here, name) || text.length < (here[name] ?? '').length) here[name] = text;
    }
    for (const [name, text] of Object.entries(here)) found[name] ??= text;
  }
  return found;
}

/** The playbooks that examples are taken from: those of the docs first. */
export function examplePlaybooks(root: string): string[] {
  const own = join(root, 'docs', 'examples.yaml');
  const folder = join(root, 'playbooks');
  const shipped = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^/]+\/[^/]+\.yaml$/.test(name) && !name.endsWith('/system.yaml'))
    .sort()
    .map((name) => join(folder, name));
  return existsSync(own) ? [own, ...shipped] : shipped;
}

/** A step's own lines, as an item of a list. */
function textOf(document: LocatedDocument, { path }: LoadedStep): string {
  const { text } = document.source;
  const { start } = locate(document, path);
  const { end } = rangeOf(document, path);
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const lines = text.slice(start, end).trimEnd().split('\n');
  const dedented = lines.map((line, index) => (index === 0 ? line : line.slice(Math.max(0, column - 2))));
  return `- ${dedented.join('\n')}`;
}

function rangeOf({ document }: LocatedDocument, path: LoadedStep['path']): { end: number } {
  const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
  return { end: node?.range?.[1] ?? 0 };
}
