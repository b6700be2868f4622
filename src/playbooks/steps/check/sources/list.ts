import { z } from 'zod';
import { listObjects } from '../../../../cluster/objects.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';
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
  read: ({ list, namespace, allNamespaces, selector }, { connection, signal }) =>
    listObjects(connection, { ...kindOf(list), namespace, allNamespaces, labelSelector: selector }, signal),
  commands({ list, namespace, allNamespaces, selector }, own) {
    const where = allNamespaces ? ' -A' : ` -n ${namespace ?? own}`;
    return [`kubectl get ${kubectlResource(list)}${where}${selector ? ` -l ${shellWord(selector)}` : ''} -o yaml`];
  },
};
