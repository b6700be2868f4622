import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { printableLine } from '../../../../base/printable.ts';
import { parseYamlDocuments } from '../../../../yaml/parse.ts';
import { readPlainly } from '../../../manifest-set.ts';
import { shellWord } from '../../explain.ts';
import { workspacePath } from '../../workspace-path.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  builds: z
    .strictObject({
      folder: z.string().min(1).describe('The repository, by the workspace'),
      names: z.array(z.string().min(1)).min(1).describe('Services of the compose file, or folders with a Dockerfile'),
    })
    .describe(
      'What images are built from: a list of {name, found, by, context, file, target, ignored}, `by` the compose file or the Dockerfile',
    ),
});

/** How one image is built. Paths are absolute; `file` is empty where it is the context's own Dockerfile. */
interface Build {
  name: string;
  found: boolean;
  /** The file that says so. */
  by: string;
  context: string;
  file: string;
  target: string;
  /** What of a compose file's `build` is left out. */
  ignored: string[];
}

/** What the images of a repository are built from: as its compose file says, else by Dockerfiles in folders of their names. */
export const buildsSource: SourceKind<z.infer<typeof schema>> = {
  key: 'builds',
  schema,
  reaches: true,
  needsCluster: () => false,
  read: async ({ builds }, context) => {
    const folder = workspacePath(builds.folder, context);
    const services = composeServices(folder);
    return builds.names.map((name) => composed(name, folder, services) ?? byDockerfile(name, folder));
  },
  commands: ({ builds }) => [`ls ${shellWord(builds.folder)}`],
};

/** In the order in which compose itself looks for them. */
const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

interface Compose {
  file: string;
  services: Record<string, { image?: unknown; build?: unknown } | null>;
}

function composeServices(folder: string): Compose | undefined {
  const file = composeNames.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const document = parseYamlDocuments(readPlainly(file), file)[0]?.value;
  const services = (document as { services?: Compose['services'] } | null | undefined)?.services;
  return services !== null && typeof services === 'object' ? { file, services } : undefined;
}

/** As the compose file builds the service of that name, or the one whose image has that name. */
function composed(name: string, folder: string, compose: Compose | undefined): Build | undefined {
  if (!compose) return undefined;
  const byImage = Object.values(compose.services).find((one) => nameOfImage(one?.image) === name);
  const build = (compose.services[name] ?? byImage)?.build;
  const { context, dockerfile, target, ...rest } =
    typeof build === 'string' ? { context: build } : ((build ?? {}) as Record<string, unknown>);
  if (build === undefined || build === null || typeof context !== 'string') return undefined;
  const at = resolve(folder, context);
  const file = typeof dockerfile === 'string' ? resolve(at, dockerfile) : join(at, 'Dockerfile');
  return {
    ...{ name, found: existsSync(file), by: compose.file, context: at, file },
    target: typeof target === 'string' ? target : '',
    ignored: Object.keys(rest).map(printableLine),
  };
}

function nameOfImage(image: unknown): string | undefined {
  return typeof image === 'string' ? image.split('@')[0]?.split('/').at(-1)?.split(':')[0] : undefined;
}

/** Where repositories of several services keep them. */
const places = ['', 'services', 'apps', 'Apps', 'packages', 'backend', 'src'];

function byDockerfile(name: string, folder: string): Build {
  const own = places.map((place) => join(folder, place, name, 'Dockerfile'));
  const file = own.find((path) => existsSync(path) && statSync(path).isFile());
  if (file !== undefined) return buildOf(name, file, dirname(file));
  // Kept apart, it copies from the whole repository.
  const apart = join(folder, 'docker', name, 'Dockerfile');
  return existsSync(apart) ? buildOf(name, apart, folder) : { ...buildOf(name, '', join(folder, name)), found: false };
}

function buildOf(name: string, file: string, context: string): Build {
  return { name, found: true, by: file, context, file, target: '', ignored: [] };
}
