import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { parseYamlFile } from '../../yaml/parse-file.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { Playbook, StepDefinition } from '../model.ts';
import { everyStep } from '../plan.ts';

/** A finding of a check as it stands in a file. */
interface WrittenFinding {
  id: string | undefined;
  explains: readonly unknown[];
  playbook: PlaybookFile;
  document: LocatedDocument;
  path: YamlPath;
}

type PlaybookFile = Pick<Playbook, 'ref' | 'system' | 'file' | 'diagnosis'>;

/**
 * That ids of findings are unique in their playbook and among the diagnoses of their system, and that what they explain is there and
 * does not lead back. Faults of several files together: one playbook's own are found when it is loaded.
 */
export function checkDiagnoses(playbooks: readonly Playbook[], shown: (path: string) => string): Diagnostic[] {
  // The others need not be read a second time.
  const linked = playbooks.filter((playbook) => everyStep(playbook).some(({ step }) => hasLinks(step)));
  const systems = [...new Set(linked.map(({ system }) => system))];
  return systems.flatMap((system) => {
    const own = linked.filter((playbook) => playbook.system === system);
    const findings = own.flatMap((playbook) => findingsIn(playbook, shown));
    // Diagnoses that all systems share are its own as well where it calls them.
    const called = [...new Set(own.filter(({ diagnosis }) => diagnosis).flatMap(calledBy))];
    const all = [...called.flatMap((playbook) => findingsIn(playbook, shown)), ...findings];
    return findings.flatMap((finding) => faultsOf(finding, all));
  });
}

/** The playbooks of other systems that one calls, at whatever depth. */
function calledBy(playbook: Playbook): Playbook[] {
  const direct = Object.values(playbook.calls);
  return direct.flatMap((one) => [...(one.system === playbook.system ? [] : [one]), ...calledBy(one)]);
}

function hasLinks({ config }: StepDefinition): boolean {
  const { findings = [] } = (config.check ?? {}) as { findings?: { id?: string; explains?: string[] }[] };
  return findings.some(({ id, explains }) => id !== undefined || explains !== undefined);
}

function faultsOf(finding: WrittenFinding, all: readonly WrittenFinding[]): Diagnostic[] {
  const { document, path, playbook, explains } = finding;
  const beside = all.filter((other) => other.playbook === playbook || other.playbook.diagnosis === true);
  const faults: Diagnostic[] = [];
  const first = beside.find((other) => other.id === finding.id && finding.id !== undefined);
  if (first && first !== finding && (first.playbook === playbook || playbook.diagnosis))
    faults.push(
      diagnosticAtPath(document, [...path, 'id'], {
        message: `another finding has the id \`${finding.id}\``,
        hint: `it stands in \`${first.playbook.ref}\``,
      }),
    );
  for (const [index, id] of explains.entries()) {
    const at = [...path, 'explains', index];
    const ids = beside.flatMap((other) => other.id ?? []);
    if (!ids.includes(String(id))) {
      const hint = suggestion(String(id), ids, 'findings');
      faults.push(diagnosticAtPath(document, at, { message: `there is no finding \`${String(id)}\``, hint }));
      continue;
    }
    const circle = finding.id === undefined ? undefined : wayBack(String(id), finding.id, beside);
    if (circle) {
      const message = `\`explains\` goes in a circle: ${[finding.id, ...circle].join(' → ')}`;
      faults.push(diagnosticAtPath(document, at, { message, hint: 'what explains another cannot follow from it' }));
    }
  }
  return faults;
}

/** The findings from one to another by what they explain, both included. */
function wayBack(
  from: string,
  to: string,
  findings: readonly WrittenFinding[],
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [to];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const next of findings.filter(({ id }) => id === from).flatMap(({ explains }) => explains)) {
    const rest = wayBack(String(next), to, findings, seen);
    if (rest) return [from, ...rest];
  }
  return undefined;
}

function findingsIn(playbook: PlaybookFile, shown: (path: string) => string): WrittenFinding[] {
  const document = parseYamlFile(playbook.file, shown(playbook.file));
  const steps = (document.value as { steps?: unknown } | undefined)?.steps;
  return [...findingsBelow(steps, ['steps'])].map(({ value, path }) => ({
    id: typeof value.id === 'string' ? value.id : undefined,
    explains: Array.isArray(value.explains) ? value.explains : [],
    ...{ playbook, document, path },
  }));
}

/** The findings of all checks in a value, wherever their steps stand. */
function* findingsBelow(value: unknown, path: YamlPath): Generator<{ value: Record<string, unknown>; path: YamlPath }> {
  if (value === null || typeof value !== 'object') return;
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const isList = key === 'findings' && path.at(-1) === 'check' && Array.isArray(item);
    if (!isList) yield* findingsBelow(item, at);
    else for (const [index, one] of item.entries()) if (isMap(one)) yield { value: one, path: [...at, index] };
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
