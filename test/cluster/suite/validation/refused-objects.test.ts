import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { type Refused, refusedObjects, refuser } from '../../support/refused.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());
const send = await refuser(cluster, namespace);

/** How a cause's message begins, and its reason. */
const reasons: [start: string, reason: string][] = [
  ['Required value', 'FieldValueRequired'],
  ['Invalid value', 'FieldValueInvalid'],
  ['Unsupported value', 'FieldValueNotSupported'],
  ['Forbidden', 'FieldValueForbidden'],
  ['Duplicate value', 'FieldValueDuplicate'],
  ['Too long', 'FieldValueTooLong'],
  ['Too many', 'FieldValueTooMany'],
  ['Not found', 'FieldValueNotFound'],
];

/** `field: message` → cause. Fields have colons of their own, messages begin with one of few words. */
function causeOf(line: string) {
  for (const [start, reason] of reasons) {
    const at = line.indexOf(`: ${start}`);
    if (at > 0) return { reason, message: line.slice(at + 2), field: line.slice(0, at) };
  }
  throw new Error(`no cause: ${line}`);
}

/** The text that stands where the record has `…` is of no concern, nor are random endings of names. */
function alike(actual: string, recorded: string): string {
  const form = recorded.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${form.join('[^]*')}$`).test(actual) ? recorded : actual;
}

const quoted = (name = '') => JSON.stringify(name).replace('\\u00', '\\x');

async function confirm(one: Refused): Promise<void> {
  const { status, body, name } = await send(one);
  const here = (text: string) => text.replaceAll('NAMESPACE', namespace);
  if (one.message) {
    expect([status, body.reason, body.message]).toEqual([one.status, one.reason, here(one.message)]);
    return;
  }
  const wanted = (one.says ?? []).map(here);
  const causes: { field: string; message: string; reason: string }[] = body.details?.causes ?? [];
  const said = causes.map(({ field, message }, at) => alike(`${field}: ${message}`, wanted[at] ?? ''));
  expect([status, said]).toEqual([422, wanted]);
  expect(causes.map(({ reason }) => reason)).toEqual(wanted.map((line) => causeOf(line).reason));
  const lines = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  const title = `${body.details.kind}${body.details.group ? `.${body.details.group}` : ''}`;
  expect(body.message).toBe(
    `${title} ${quoted(body.details.name)} is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`}`,
  );
  expect(body.details.name?.startsWith(name)).toBe(true);
}

const themes = ['metadata', 'access', 'pods', 'volumes', 'workloads', 'network', 'storage'];

describe.skipIf(!cluster.ours).each(themes)('refused: %s', (theme) => {
  it.each(refusedObjects(theme))('%s', async (_, one) => confirm(one));
});
