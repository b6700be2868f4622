import type { Service } from './duty.ts';
import { externalSecrets } from './external-secrets.ts';
import { kafka } from './kafka.ts';
import { loadBalancers } from './load-balancers.ts';
import { postgresql } from './postgresql.ts';
import { sealedSecrets } from './sealed-secrets.ts';
import { verticalAutoscaler } from './vertical-autoscaler.ts';

/** By the name in `--serve`: each operator anew, as it may remember things. */
export const services: Readonly<Record<string, (() => Service) | undefined>> = {
  postgresql,
  kafka,
  'external-secrets': externalSecrets,
  'sealed-secrets': sealedSecrets,
  'vertical-autoscaler': verticalAutoscaler,
  'load-balancers': loadBalancers,
};
