import type { PlanContext } from '../step-kind.ts';

/**
 * A value with its `${{ }}` filled in as far as they are known before the run; what only the run will know stands as its own
 * expression in angle brackets.
 */
export function renderKnown<T>(context: Pick<PlanContext, 'render'>, value: T): T {
  return visit(value, context) as T;
}

function visit(value: unknown, context: Pick<PlanContext, 'render'>): unknown {
  if (typeof value === 'string') {
    try {
      return context.render(value);
    } catch {
      return value.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, '<$1>');
    }
  }
  if (Array.isArray(value)) return value.map((item) => visit(item, context));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, context)]));
  return value;
}

/** A word of a shell command: quoted where it needs to be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `300s` for kubectl's `--timeout`. */
export function kubectlTimeout(ms: number | undefined): string {
  return ms === undefined ? '' : ` --timeout=${Math.ceil(ms / 1000)}s`;
}

/** `3 objects`, `1 object`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
