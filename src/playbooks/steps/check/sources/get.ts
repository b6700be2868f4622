import { z } from 'zod';
import { getObject } from '../../../../cluster/objects.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';
import { withoutNulls } from '../without-nulls.ts';
import { withoutSecrets } from '../without-secrets.ts';
import { kindName, kindOf, kubectlResource } from './kind-name.ts';

const schema = z.strictObject({
  get: kindName.describe('One object; null when it is missing. Of a Secret the keys, and no value'),
  name: z.string(),
  namespace: z.string().optional(),
});

/** One object. */
export const getSource: SourceKind<z.infer<typeof schema>> = {
  key: 'get',
  schema,
  access: ({ get, namespace, name }) => [{ verbs: ['get'], ...kindOf(get), namespace, name }],
  read: async ({ get, name, namespace }, { connection, signal }) =>
    withoutSecrets(withoutNulls((await getObject(connection, { ...kindOf(get), name, namespace }, signal)) ?? null)),
  commands: ({ get, name, namespace }, own) => [
    `kubectl get ${shellWord(kubectlResource(get))} ${shellWord(name)} -n ${shellWord(namespace ?? own)} -o yaml`,
  ],
};
