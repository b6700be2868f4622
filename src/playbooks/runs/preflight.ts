import { mapAtOnce } from '../../base/at-once.ts';
import { Problem } from '../../base/errors.ts';
import { type AccessAnswer, type AccessQuestion, reviewAccess } from '../../cluster/access-review.ts';
import type { Connection } from '../../cluster/connection.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { findResource, servesKind } from '../../cluster/resources.ts';
import { kindOf } from '../kind-of.ts';
import type { FlatStep } from '../plan.ts';
import type { AccessNeed, PreviewContext, StepKind } from '../step-kind.ts';
import { rightName, rulesFor } from './rbac-rules.ts';

/** A right that steps need, and whether one has it. */
export interface NeededRight extends AccessAnswer {
  places: FlatStep[];
}

/** A right that steps need and that one does not have. */
export interface MissingRight extends AccessQuestion {
  /** Titles of the steps that need it. */
  steps: string[];
  /** Why, where the authorizer says it. */
  reason: string;
}

export interface Preflight {
  /** The steps that will run. */
  places: readonly FlatStep[];
  stepKinds: readonly StepKind[];
  connection: Connection;
  contextFor(place: FlatStep): PreviewContext;
  signal?: AbortSignal | undefined;
}

/** What a step needs, where it can tell before it runs. */
type NeedsOf = (
  kind: StepKind,
  config: Record<string, unknown>,
  context: PreviewContext,
) => Promise<readonly AccessNeed[]>;

const withoutReads: NeedsOf = async (kind, config, context) => (await kind.access?.(config, context)) ?? [];

/**
 * The rights that the steps need: one SelfSubjectAccessReview for each verb, resource and namespace. Nothing is said of a step
 * that cannot tell its needs before it runs, nor of kinds that the cluster does not have yet. Throws `KubernetesError`.
 */
export async function neededRights(preflight: Preflight, needsOf: NeedsOf = withoutReads): Promise<NeededRight[]> {
  const { connection, signal } = preflight;
  const needed = new Map<string, { question: AccessQuestion; places: Set<FlatStep> }>();
  const all = await mapAtOnce(preflight.places, 4, async (place) => ({
    place,
    needs: await stepNeeds(place, preflight, needsOf),
  }));
  for (const { place, needs } of all)
    for (const need of needs)
      for (const question of await questionsOf(need, connection)) {
        const known = needed.get(JSON.stringify(question)) ?? { question, places: new Set() };
        known.places.add(place);
        needed.set(JSON.stringify(question), known);
      }
  const asked = [...needed.values()];
  const answers = await reviewAccess(
    connection,
    asked.map(({ question }) => question),
    signal,
  );
  return answers.map((answer, index) => ({ ...answer, places: [...(asked[index]?.places ?? [])] }));
}

/** The rights that the steps need and that are missing. */
export async function missingRights(preflight: Preflight): Promise<MissingRight[]> {
  try {
    return (await neededRights(preflight)).flatMap(({ allowed, places, ...right }) =>
      allowed ? [] : [{ ...right, steps: [...new Set(places.map(({ step }) => step.title))] }],
    );
  } catch (error) {
    // Who may not even ask, or a server without reviews: the steps themselves will be told.
    if (hasStatus(error, 403) || hasStatus(error, 404)) return [];
    throw error;
  }
}

/** Throws `Problem` that lists every right that is missing, which steps need it, and the rules that would give it. */
export async function checkRights(preflight: Preflight): Promise<void> {
  const missing = await missingRights(preflight);
  if (missing.length === 0) return;
  const [first] = missing;
  const what = missing.length === 1 && first ? `The right to ${rightName(first)} is` : `${missing.length} rights are`;
  throw new Problem(`${what} missing; nothing was done`, {
    evidence: missing.map(missingLine),
    next: ['Ask who runs the cluster for these rules:', ...rulesFor(missing)],
  });
}

/** `create deployments.apps in tars: for Start the databases`. */
export function missingLine(right: MissingRight): string {
  return `${rightName(right)}: for ${right.steps.join(', ')}${right.reason ? ` (${right.reason})` : ''}`;
}

async function stepNeeds(
  place: FlatStep,
  { stepKinds, contextFor, connection }: Preflight,
  needsOf: NeedsOf,
): Promise<readonly AccessNeed[]> {
  const kind = kindOf(stepKinds, place.step);
  if (!kind || (place.step.rehearse === 'skip' && connection.info.sandbox)) return [];
  try {
    return await needsOf(kind, place.step.config, contextFor(place));
  } catch (error) {
    // It depends on what only the run will know; what is wrong with it the step itself says.
    if (error instanceof Problem) return [];
    throw error;
  }
}

async function questionsOf(need: AccessNeed, connection: Connection): Promise<AccessQuestion[]> {
  const { apiVersion, kind, verbs, subresource, name } = need;
  if (!(await servesKind(connection, apiVersion, kind))) return [];
  const { resource, namespaced } = await findResource(connection, apiVersion, kind);
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const namespace = namespaced ? (need.namespace ?? connection.info.namespace) : '';
  return verbs.map((verb) => ({ verb, group, resource, subresource, namespace, name }));
}
