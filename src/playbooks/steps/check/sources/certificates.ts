import { z } from 'zod';
import { messageOf } from '../../../../base/errors.ts';
import { getObject } from '../../../../cluster/objects.ts';
import type { KubernetesObject } from '../../../../kubernetes/object.ts';
import { shellWord } from '../../explain.ts';
import { certificatesSchema, checkCertificates } from '../../secret/certificates.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  certificates: z
    .strictObject({ secret: z.string().min(1), namespace: z.string().optional(), keys: certificatesSchema })
    .describe(
      'Certificates in a Secret, held against their keys, authorities and today: {found, about, problem}; a line about each, what ' +
        'is wrong with the first that is, and no value',
    ),
});

/** What certificates in a Secret say of themselves. Keys and passwords are looked at here, and told to nobody. */
export const certificatesSource: SourceKind<z.infer<typeof schema>> = {
  key: 'certificates',
  schema,
  access: ({ certificates: { secret, namespace } }) => [
    { verbs: ['get'], apiVersion: 'v1', kind: 'Secret', namespace, name: secret },
  ],
  async read({ certificates: { secret: name, namespace, keys } }, { connection, signal }) {
    const secret = (await getObject(connection, { apiVersion: 'v1', kind: 'Secret', name, namespace }, signal)) as
      | (KubernetesObject & { data?: Record<string, string> })
      | undefined;
    if (!secret) return { found: false, about: [], problem: '' };
    try {
      return { found: true, about: checkCertificates(`Secret/${name}`, keys, secret.data ?? {}), problem: '' };
    } catch (error) {
      return { found: true, about: [], problem: messageOf(error) };
    }
  },
  commands: ({ certificates: { secret, namespace, keys } }, own) =>
    keys.map(
      ({ certificate }) =>
        `kubectl get secret ${shellWord(secret)} -n ${shellWord(namespace ?? own)} -o ${shellWord(
          `jsonpath={.data.${certificate.replaceAll('.', '\\.')}}`,
        )} | base64 -d | openssl x509 -noout -subject -issuer -dates`,
    ),
};
