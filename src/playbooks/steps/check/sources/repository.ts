import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { printableLine } from '../../../../base/printable.ts';
import { toolEnvironment } from '../../../../tools/environment.ts';
import { whichProgram } from '../../../../tools/find-tool.ts';
import { runTool } from '../../../../tools/run-tool.ts';
import { parseYamlDocuments } from '../../../../yaml/parse.ts';
import { checkManifest } from '../../../loading/manifests.ts';
import { manifestsIn, readPlainly } from '../../../manifest-set.ts';
import { planFiles } from '../../../plan.ts';
import type { PlaybookLibrary } from '../../../step-kind.ts';
import { shellWord } from '../../explain.ts';
import { workspacePath } from '../../workspace-path.ts';
import { goodPlaybooks } from '../good-playbooks.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  repository: z
    .strictObject({
      folder: z.string().min(1).describe('By the workspace'),
      manifests: z.string().min(1).optional().describe('Its folder of manifests; `k8s` unless said'),
      context: z.string().min(1).optional().describe('Its folder that an image is built from, e.g. `backend`'),
    })
    .describe(
      'A system’s repository on this machine: {found, path, git, revision, branch, manifests, used, missing, unused, faults, secretsFile, placeholders, secrets, context, dockerfile}',
    ),
});

/** What a repository has that playbooks of the system can use. */
export const repositorySource: SourceKind<z.infer<typeof schema>> = {
  key: 'repository',
  schema,
  needsCluster: () => false,
  reaches: true,
  async read({ repository }, context) {
    const path = workspacePath(repository.folder, context);
    const found = existsSync(path) && statSync(path).isDirectory();
    return {
      ...{ found, path },
      ...(await revisionOf(path, context)),
      ...readManifests(join(path, repository.manifests ?? 'k8s'), context),
      ...(repository.context === undefined ? {} : buildable(join(path, repository.context))),
    };
  },
  commands: ({ repository }) => [
    `git -C ${shellWord(repository.folder)} log -1 --oneline`,
    `ls ${shellWord(join(repository.folder, repository.manifests ?? 'k8s'))}`,
  ],
};

/** Settings of a repository may name programs; what is asked here needs none. */
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

/** Which commit it is at; empty where it is no repository, or git is not here. */
async function revisionOf(path: string, { signal }: SourceContext) {
  const git = existsSync(join(path, '.git'));
  const program = git ? whichProgram('git') : undefined;
  if (!program) return { git, revision: '', branch: '' };
  const ask = async (...args: string[]) => {
    const { code, stdout } = await runTool(program, ['-C', path, ...harmless, ...args], {
      env: toolEnvironment(),
      signal,
    });
    return code === 0 ? printableLine(stdout.trim()) : '';
  };
  const [revision, branch] = [
    await ask('rev-parse', '--short', 'HEAD'),
    await ask('rev-parse', '--abbrev-ref', 'HEAD'),
  ];
  return { git, revision, branch };
}

function readManifests(folder: string, { library, system }: SourceContext) {
  // Reading every playbook takes a while, and is only needed where the system does not say what a set is.
  const members = library?.setMembers?.map((name) => `manifests/${name}`);
  const names = members ?? (library ? namedManifests(library, system) : []);
  const { used, missing, unused, present } = manifestsIn(folder, names);
  const secrets = present.has('secrets.yaml') ? readPlainly(join(folder, 'secrets.yaml')) : '';
  const faults = used.flatMap((name) =>
    checkManifest(join(folder, name), name).map(({ line, column, message }) => `${name}:${line}:${column}: ${message}`),
  );
  return {
    ...{ manifests: folder, used, missing, unused, faults },
    ...{ secretsFile: present.has('secrets.yaml'), placeholders: secrets.includes('REPLACE_WITH_') },
    secrets: [...new Set(used.flatMap((name) => secretKeys(readPlainly(join(folder, name)))))].sort(),
  };
}

function namedManifests(library: PlaybookLibrary, system: string): string[] {
  return goodPlaybooks(library, `${system}/*`).flatMap((one) =>
    planFiles(one, library.stepKinds).map(({ name }) => name),
  );
}

/** `tars-secrets/JWT_SECRET` for every key that containers take from Secrets; an optional one may be missing. */
function secretKeys(text: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { secretKeyRef: key } = value as { secretKeyRef?: { name?: unknown; key?: unknown; optional?: unknown } };
    if (key && key.optional !== true) found.push(`${String(key.name)}/${String(key.key)}`);
    for (const inner of Object.values(value)) visit(inner);
  };
  for (const document of parseYamlDocuments(text, '')) visit(document.value);
  return found;
}

/** The folder that an image is built from, and its Dockerfile: in it, or kept for it below `docker/`. */
function buildable(context: string) {
  const places = [join(context, 'Dockerfile'), join(dirname(context), 'docker', basename(context), 'Dockerfile')];
  return { context, dockerfile: places.find((place) => existsSync(place)) ?? '' };
}
