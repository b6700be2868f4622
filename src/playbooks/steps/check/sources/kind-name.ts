import { z } from 'zod';

/** API version and kind as one text. */
export const kindName = z
  .string()
  .regex(/^[^/\s]+(\/[^/\s]+)?\/[A-Za-z]+$/, 'apiVersion and kind: `v1/Node`, `apps/v1/Deployment`');

/** Takes `apps/v1/Deployment` apart. */
export function kindOf(text: string): { apiVersion: string; kind: string } {
  const parts = text.split('/');
  const kind = parts.pop() ?? '';
  return { apiVersion: parts.join('/'), kind };
}

/** As kubectl names it: `deployment.v1.apps`. */
export function kubectlResource(text: string): string {
  const { apiVersion, kind } = kindOf(text);
  const [version, group] = apiVersion.split('/').reverse();
  return group ? `${kind.toLowerCase()}.${version}.${group}` : kind.toLowerCase();
}
