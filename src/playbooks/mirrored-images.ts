import { mirroredImage } from '../configuration/mirror.ts';
import { loadSettings } from '../configuration/settings.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

type Fields = Record<string, unknown>;

/** Where pods stand in the kinds that make some: Pod itself, workloads, CronJob. */
const podSpecs = [['spec'], ['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec']] as const;

/** The objects with the images of their containers named as the user's mirror has them; a sandbox pulls nothing. */
export function withMirroredImages(
  objects: readonly KubernetesObject[],
  scope: Record<string, unknown>,
): KubernetesObject[] {
  const { images } = loadSettings().mirror;
  const sandbox = (scope.cluster as { sandbox?: unknown } | undefined)?.sandbox === true;
  if (sandbox || Object.keys(images).length === 0) return [...objects];
  const name = (image: string) => mirroredImage(image, images);
  return objects.map((object) => podSpecs.reduce<KubernetesObject>((one, path) => changed(one, path, name), object));
}

function changed<T>(value: T, path: readonly string[], name: (image: string) => string): T {
  if (value === null || typeof value !== 'object') return value;
  const [key, ...rest] = path;
  const fields = value as Fields;
  if (key !== undefined) return key in fields ? ({ ...fields, [key]: changed(fields[key], rest, name) } as T) : value;
  const lists = ['initContainers', 'containers'].filter((list) => Array.isArray(fields[list]));
  const renamed = lists.map((list) => [list, (fields[list] as Fields[]).map((one) => container(one, name))]);
  return { ...fields, ...Object.fromEntries(renamed) } as T;
}

function container(one: Fields, name: (image: string) => string): Fields {
  return typeof one?.image === 'string' ? { ...one, image: name(one.image) } : one;
}
