import { Problem } from '../../../base/errors.ts';
import { findResource } from '../../../cluster/resources.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { parseYamlDocuments } from '../../../yaml/parse.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { failedCall } from '../tool-call.ts';
import { callHelm, type ReleasePlace } from './call.ts';
import type { ChartSource } from './chart.ts';
import type { HelmValues } from './values.ts';

/** What a release consists of, or would. */
export interface RenderedRelease {
  /** `name-version`; empty where it is not known. */
  chart: string;
  objects: KubernetesObject[];
  hooks: KubernetesObject[];
  /** Why the cluster could not be asked, where the chart was rendered without it. */
  alone?: string;
}

/** A release as `--output json` shows it, as far as it is needed. */
interface ReleaseJson {
  config?: unknown;
  manifest?: string;
  hooks?: { manifest?: string }[];
  chart?: { metadata?: { name?: string; version?: string } };
}

/**
 * What helm would install, by a server-side dry-run; where the cluster cannot be asked (a kind or namespace that is not there
 * yet, an operation that hangs) by the templates alone. Nothing of it is written anywhere: values are in it.
 */
export async function renderRelease(
  place: ReleasePlace,
  source: ChartSource,
  values: HelmValues,
  context: PreviewContext,
): Promise<RenderedRelease> {
  const given = [place.release, ...source.args, ...values.args];
  const ways = ['--dry-run=server', '--dry-run'];
  let failed = { text: '', problem: undefined as Problem | undefined };
  for (const dryRun of ways) {
    const args = ['upgrade', '--install', ...given, dryRun, '--output', 'json'];
    const result = await callHelm(args, place, context, { stdin: values.stdin, expect: 'any' });
    if (result.code === 0) return renderedIn(parseRelease(result.stdout));
    failed = { text: result.stderr, problem: failedCall('helm', 'upgrade --dry-run', result) };
    // Helm before 3.13 knows no way but its own.
    if (!/invalid argument|unknown flag|strconv.ParseBool/i.test(result.stderr)) break;
  }
  const reason = whyNotAsked(failed.text);
  if (reason === undefined) throw failed.problem;
  const args = ['template', ...given, '--include-crds'];
  const { stdout } = await callHelm(args, place, context, { stdin: values.stdin });
  const all = objectsIn(stdout);
  const isHook = ({ metadata }: KubernetesObject) => metadata.annotations?.['helm.sh/hook'] !== undefined;
  return { chart: '', objects: all.filter((one) => !isHook(one)), hooks: all.filter(isHook), alone: reason };
}

function whyNotAsked(text: string): string | undefined {
  const kind = /no matches for kind "([^"]+)"/.exec(text)?.[1];
  if (kind) return `the cluster has no ${kind} yet`;
  const namespace = /namespaces? "([^"]+)" not found/.exec(text)?.[1];
  if (namespace) return `the namespace ${namespace} does not exist yet`;
  if (/another operation .* is in progress/.test(text)) return 'an earlier operation on the release was never finished';
  return undefined;
}

function parseRelease(text: string): ReleaseJson {
  try {
    return JSON.parse(text.slice(Math.max(0, text.indexOf('{')))) as ReleaseJson;
  } catch (cause) {
    throw new Problem('What helm says of the release cannot be read', { cause });
  }
}

function renderedIn({ chart, hooks = [], manifest = '' }: ReleaseJson): RenderedRelease {
  const { name = '', version = '' } = chart?.metadata ?? {};
  return {
    chart: name === '' ? '' : `${name}-${version}`,
    objects: objectsIn(manifest),
    hooks: hooks.flatMap((hook) => objectsIn(hook.manifest ?? '')),
  };
}

/** What the release consists of now, and the values that it was given. Values are secret: they stay in memory. */
export async function readRelease(
  place: ReleasePlace,
  context: PreviewContext,
): Promise<RenderedRelease & { values: unknown }> {
  const { stdout } = await callHelm(['status', place.release, '--output', 'json'], place, context);
  const release = parseRelease(stdout);
  return { ...renderedIn(release), values: release.config ?? {} };
}

/** The objects of a release as a revision of it had them. */
export async function readRevision(
  place: ReleasePlace,
  revision: number,
  context: PreviewContext,
): Promise<KubernetesObject[]> {
  const args = ['get', 'manifest', place.release, '--revision', String(revision)];
  const { stdout } = await callHelm(args, place, context);
  return inReleaseNamespace(objectsIn(stdout), place, context);
}

/** The objects of a manifest. Throws `Problem` when a template wrote what is no YAML. */
function objectsIn(text: string): KubernetesObject[] {
  return parseYamlDocuments(text, 'the rendered chart').flatMap(({ value, diagnostics }) => {
    const fault = diagnostics.find(({ severity }) => severity === 'error');
    if (fault) throw new Problem(`The chart renders to what is no YAML: ${fault.message}`);
    const object = value as Partial<KubernetesObject> | null | undefined;
    return object?.kind && object.metadata?.name ? [object as KubernetesObject] : [];
  });
}

/** The objects with the release's namespace, where their kind lives in one and they name none, as helm puts them there. */
export async function inReleaseNamespace(
  objects: readonly KubernetesObject[],
  { namespace }: ReleasePlace,
  { connection }: Pick<PreviewContext, 'connection'>,
): Promise<KubernetesObject[]> {
  return Promise.all(
    objects.map(async (object) => {
      if (object.metadata.namespace !== undefined) return object;
      const resource = await findResource(connection, object.apiVersion, object.kind).catch(() => undefined);
      return resource?.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
    }),
  );
}
