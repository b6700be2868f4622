import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { exitCodes, messageOf, Problem } from '../base/errors.ts';
import type { ImageRule } from '../sandbox/workloads/image-rules.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { invalidFiles } from '../yaml/diagnostics.ts';
import { parseYaml } from '../yaml/parse.ts';
import { validateYaml } from '../yaml/validate.ts';

const seconds = z.number().min(0).max(86_400).describe('Seconds on a cluster; the speed of the sandbox shortens them');

/** A file that says which images of the sandbox fail, and how: `images`, the first rule that fits counts. */
const schema = z.strictObject({
  images: z.array(
    z.strictObject({
      image: z.string().min(1).describe('Name of an image, with `*` for anything'),
      outcome: z
        .enum(['image-missing', 'image-denied', 'pull-slow', 'slow-start', 'crash', 'out-of-memory', 'never-ready'])
        .optional(),
      pullSeconds: seconds.optional(),
      afterSeconds: seconds.optional(),
      exitCode: z.number().int().min(0).max(255).optional(),
    }),
  ),
});

/** The rules of a file, or of `.tars-console/sandbox.yaml` here if there is one. Throws a `Problem` with every fault and its place. */
export function readImageRules(file: string | undefined): ImageRule[] {
  const own = join('.tars-console', 'sandbox.yaml');
  const path = file ?? (existsSync(own) ? own : undefined);
  if (path === undefined) return [];
  const { value, diagnostics } = imageRulesOf(path, path);
  if (!value || diagnostics.length > 0) throw invalidFiles(diagnostics);
  return value.images;
}

/** What a file of rules holds, and everything that is wrong with it. */
export function imageRulesOf(
  file: string,
  shown: string,
): { value?: { images: ImageRule[] }; diagnostics: Diagnostic[] } {
  const document = parseYaml(textOf(file), shown);
  const { value, diagnostics } = validateYaml(document, schema);
  return { ...(value ? { value } : {}), diagnostics: [...document.diagnostics, ...diagnostics] };
}

function textOf(path: string): string {
  try {
    return readFileSync(resolve(path), 'utf8');
  } catch (error) {
    throw new Problem(`The file of images cannot be read: ${messageOf(error)}`, {
      where: path,
      exitCode: exitCodes.usage,
    });
  }
}
