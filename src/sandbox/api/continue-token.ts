import { badRequest } from './errors.ts';

/** Where a list goes on: behind which key, and in which version; below 0 means as it is now. */
export interface Place {
  version: number;
  after: string;
}

/** `apiserver/pkg/storage/continue.go EncodeContinue`; `after` is `namespace/name`. */
export function continueToken({ version, after }: Place): string {
  const token = { v: 'meta.k8s.io/v1', rv: version, start: `${after.replace(/^\//, '')}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Throws 400 for what no server made. */
export function readContinueToken(text: string, namespaced: boolean): Place {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1)
    throw refused(`illegal base64 data at input byte ${badByte(text)}`);
  const { v, rv, start } = parsed(Buffer.from(text, 'base64url').toString());
  if (v !== 'meta.k8s.io/v1')
    throw badRequest(
      `invalid continue token: continue key is not valid: server does not recognize this encoded version ${String(v ?? '')}`,
    );
  if (typeof rv !== 'number' || rv === 0)
    throw refused('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw refused('encoded start key empty (version meta.k8s.io/v1)');
  if (start.split('/').some((part) => part === '..' || part === '.' || part === '')) throw refused(start);
  const after = start.replace(/\u0000$/, '');
  return { version: rv, after: namespaced ? after : `/${after}` };
}

function parsed(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(`invalid character ${goQuoted(text)} looking for beginning of value`);
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function goQuoted(text: string): string {
  const [first = ''] = text;
  return `'${first}'`;
}

function badByte(text: string): number {
  const at = text.search(/[^\w-]/);
  return at < 0 ? text.length - 1 : at;
}

function refused(why: string) {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
