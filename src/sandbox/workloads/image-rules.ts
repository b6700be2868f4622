import type { Outcome } from './outcomes.ts';
import { parseImage } from './registry.ts';

/** What images of a pattern do; the first rule that fits counts. */
export interface ImageRule {
  /** An image's name as in a pod or in full, with `*` for anything: `web:*`, `registry.example/team/*`. */
  image: string;
  outcome?: Outcome['kind'];
  pullSeconds?: number | undefined;
  afterSeconds?: number | undefined;
  exitCode?: number | undefined;
}

export function createImageRules(rules: readonly ImageRule[]): (image: string) => Outcome | undefined {
  const compiled = rules.map(({ image, outcome, ...parameters }) => ({
    expression: new RegExp(`^${image.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`),
    outcome: { kind: outcome, ...parameters },
  }));
  return (image) => {
    const { repository, tag } = parseImage(image);
    const names = [image, repository, `${repository}:${tag}`];
    return compiled.find(({ expression }) => names.some((name) => expression.test(name)))?.outcome;
  };
}
