import { certaintyOf, type Finding } from '../finding.ts';

/** A finding with the diagnosis that it comes from, `tars/diagnose-pods`. */
export interface FoundFinding {
  finding: Finding;
  diagnosis: string;
}

/** What is wrong, with what follows from it. */
export interface RankedCause extends FoundFinding {
  /** 0 to 100. */
  certainty: number;
  consequences: RankedCause[];
}

export interface Ranking {
  /** The likeliest first; what follows from another one stands below it alone. */
  causes: RankedCause[];
  /** How many findings are as expected. */
  good: number;
  unread: FoundFinding[];
}

/**
 * Puts findings of several diagnoses in order. Nothing stands above what explains it, however certain it is; among what nothing
 * explains the more certain comes first, then what is fatal, then what explains more. The order does not depend on that of the
 * diagnoses. `explains` that goes in a circle, which `validate` refuses, is cut at its most certain finding.
 */
export function rankFindings(found: readonly FoundFinding[]): Ranking {
  const bad = distinct(found.filter(({ finding }) => finding.level !== 'ok' && !finding.unread));
  const nodes = bad.map((one): Node => ({ ...one, certainty: certaintyOf(one.finding), consequences: [] }));
  const explainers = new Map(nodes.map((node) => [node, nodes.filter((other) => explainsIt(other, node))]));
  const reach = new Map(nodes.map((node) => [node, countBelow(node, nodes)]));
  const waiting = [...nodes].sort((a, b) => compare(a, b, reach));
  const causes: Node[] = [];
  while (waiting.length > 0) {
    const isFree = (node: Node) => !explainers.get(node)?.some((one) => waiting.includes(one));
    const at = Math.max(0, waiting.findIndex(isFree));
    const [next] = waiting.splice(at, 1);
    if (!next) break;
    const above = inOrder(causes).findLast((placed) => explainers.get(next)?.includes(placed));
    // Below the last of those that explain it: so it stands below all of them.
    (above?.consequences ?? causes).push(next);
  }
  return {
    causes,
    good: found.filter(({ finding }) => finding.level === 'ok').length,
    unread: distinct(found.filter(({ finding }) => finding.unread)),
  };
}

type Node = RankedCause;

/** Causes with their consequences, from above to below. */
export function inOrder(causes: readonly RankedCause[]): RankedCause[] {
  return causes.flatMap((cause) => [cause, ...inOrder(cause.consequences)]);
}

function explainsIt({ finding }: FoundFinding, other: FoundFinding): boolean {
  const { id } = other.finding;
  return (
    other.finding !== finding && id !== undefined && id !== finding.id && (finding.explains?.includes(id) ?? false)
  );
}

function countBelow(node: Node, nodes: readonly Node[], seen = new Set<Node>()): number {
  for (const next of nodes)
    if (!seen.has(next) && explainsIt(node, next)) {
      seen.add(next);
      countBelow(next, nodes, seen);
    }
  return seen.size;
}

function compare(a: Node, b: Node, reach: ReadonlyMap<Node, number>): number {
  const fatal = ({ finding }: Node) => (finding.level === 'fatal' ? 1 : 0);
  const below = (node: Node) => reach.get(node) ?? 0;
  const numbers = b.certainty - a.certainty || fatal(b) - fatal(a) || below(b) - below(a);
  if (numbers !== 0) return numbers;
  const [textA, textB] = [keyOf(a), keyOf(b)];
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}

function keyOf({ diagnosis, finding }: FoundFinding): string {
  const { id = '', title, cause = '', observed, level, ...rest } = finding;
  // All of it, so that no two that differ are equal here.
  const others = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([diagnosis, id, title, cause, observed, level, others]);
}

/** Two diagnoses may look at the same thing, and find the same of it. */
function distinct(found: readonly FoundFinding[]): FoundFinding[] {
  const known = new Map<string, FoundFinding>();
  for (const one of [...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const { id, title, cause, observed } = one.finding;
    const key = JSON.stringify([id, title, cause, observed]);
    if (!known.has(key)) known.set(key, one);
  }
  return [...known.values()];
}
