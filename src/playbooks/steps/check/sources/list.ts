import { z } from 'zod';
import { listObjects } from '../../../../cluster/objects.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';
import { withoutNulls } from '../without-nulls.ts';
import { withoutSecrets } from '../without-secrets.ts';
import { kindName, kindOf, kubectlResource } from './kind-name.ts';

const schema = z.strictObject({
  list: kindName.describe('A list of objects'),
  namespace: z.string().optional(),
  allNamespaces: z.boolean().optional(),
  selector: z.string().optional().describe('Labels: `app=tars-backend`'),
});

/** Objects of one kind. */
export const listSource: SourceKind<z.infer<typeof schema>> = {
  key: 'list',
  schema,
  access: ({ list, namespace, allNamespaces }) => [
    { verbs: ['list'], ...kindOf(list), namespace: allNamespaces ? '' : namespace },
  ],
  async read({ list, namespace, allNamespaces, selector }, { connection, signal }) {
    const { apiVersion, kind } = kindOf(list);
    const query = { apiVersion, kind, namespace, allNamespaces, labelSelector: selector };
    const items = withoutNulls(await listObjects(connection, query, signal));
    return withoutSecrets({ kind: `${kind}List`, items }).items;
  },
  commands({ list, namespace, allNamespaces, selector }, own) {
    const where = allNamespaces ? ' -A' : ` -n ${shellWord(namespace ?? own)}`;
    return [
      `kubectl get ${shellWord(kubectlResource(list))}${where}${selector ? ` -l ${shellWord(selector)}` : ''} -o yaml`,
    ];
  },
};
