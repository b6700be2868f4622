import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { messageOf, Problem } from '../../base/errors.ts';

/** The user's own authorities (TARS_CONSOLE_CA_FILE) count beside those of the kubeconfig, else beside the usual ones. Throws `Problem`. */
export function withAuthorities(cluster: Record<string, unknown>): Record<string, unknown> {
  const file = process.env.TARS_CONSOLE_CA_FILE;
  if (!file) return cluster;
  const { 'certificate-authority': path, 'certificate-authority-data': data, ...rest } = cluster;
  const own =
    typeof data === 'string'
      ? Buffer.from(data, 'base64').toString('utf8')
      : typeof path === 'string'
        ? readAuthorities(path)
        : rootCertificates.join('\n');
  const all = Buffer.from(`${own}\n${readAuthorities(file)}`).toString('base64');
  return { ...rest, 'certificate-authority-data': all };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`The certificate authorities cannot be read: ${messageOf(error)}`, { where: file, cause: error });
  }
}
