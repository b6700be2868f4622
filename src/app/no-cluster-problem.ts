import { Problem } from '../base/errors.ts';

/** Why nothing can be asked yet. */
export function noCluster(): Problem {
  return new Problem('No cluster is chosen', { next: [':ctx shows what there is'] });
}
