import { expect, it } from 'vitest';
import { whenInWords } from '../../src/playbooks/when-in-words.ts';

it.each([
  ['inputs.loadTest', 'loadTest is yes'],
  ['!inputs.loadTest', 'loadTest is no'],
  ['inputs.email != ""', 'email is given'],
  ['inputs.storageClass == ""', 'storageClass is left empty'],
  ['inputs.profile == "stress"', 'profile is stress'],
  ['!cluster.sandbox', 'it is no sandbox'],
  ['!("monitoring.coreos.com/v1" in cluster.apis)', 'the cluster does not serve monitoring.coreos.com/v1'],
  ['steps.now.outputs.failed', 'step now says failed'],
  [
    'steps.look.outputs.ingress && !cluster.sandbox && inputs.ingressController == "traefik"',
    'step look says ingress and it is no sandbox and ingressController is traefik',
  ],
  [
    '(inputs.measure == "client" || inputs.measure == "both") && steps.meets.outputs.perMinute <= 240.0',
    '(measure is client or measure is both) and perMinute of step meets is at most 240',
  ],
])('%s is said as: %s', (expression, words) => {
  expect(whenInWords(expression)).toBe(words);
});

it.each(['pods.size() > 0', 'config != null', '!(inputs.a && inputs.b)', 'this is no CEL', 'inputs.a == null'])(
  '%s stays as it is written',
  (expression) => {
    expect(whenInWords(expression)).toBe(expression);
  },
);
