import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/base/package-root.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';

/** What T.A.R.S. is made of, by its manifests. Not its issuers: they are of cert-manager's kinds, which a cluster need not have. */
export function tarsManifests(): KubernetesObject[] {
  const folder = join(packageRoot(), 'playbooks', 'tars', 'manifests');
  const objects = readdirSync(folder).flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS() as KubernetesObject;
    }),
  );
  return objects.filter(({ apiVersion }) => !apiVersion.startsWith('cert-manager.io/'));
}
