import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
await cluster.post(maps, { metadata: { name: 'there' }, data: { a: 'b' } });

const listOptions = 'ListOptions.meta.k8s.io "" is invalid: ';
const forbiddenMatch = `${listOptions}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden`;
const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const badToken = 'invalid continue token: continue key is not valid: ';
const unable = 'unable to parse requirement: ';
const keyShape =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** Query of a list → code, reason and the whole message. */
const lists: [query: Record<string, string>, code: number, reason: string | undefined, message: string][] = [
  [{ labelSelector: 'a in' }, 400, 'BadRequest', `${unable}found '' expected: '('`],
  [{ labelSelector: 'a=b,,c' }, 400, 'BadRequest', "found ',', expected: identifier after ','"],
  [{ labelSelector: 'a===b' }, 400, 'BadRequest', `${unable}found '=', expected: identifier`],
  [{ labelSelector: 'a=!b' }, 400, 'BadRequest', `${unable}found '!', expected: identifier`],
  [{ labelSelector: 'a in (b' }, 400, 'BadRequest', `${unable}found '', expected: ',' or ')'`],
  [{ labelSelector: 'x=b b' }, 400, 'BadRequest', "found 'b', expected: ',' or 'end of string'"],
  [{ labelSelector: 'x y' }, 400, 'BadRequest', `${unable}found 'y', expected: in, notin, =, ==, !=, gt, lt`],
  [{ labelSelector: '!' }, 400, 'BadRequest', `${unable}found '', expected: identifier`],
  [{ labelSelector: 'a=b,' }, 400, 'BadRequest', "found '', expected: identifier after ','"],
  [{ labelSelector: '(a)' }, 400, 'BadRequest', "found '(', expected: !, identifier, or 'end of string'"],
  [{ labelSelector: '_x=b' }, 400, 'BadRequest', `${unable}<nil>: Invalid value: "_x": name part ${keyShape}`],
  [
    { labelSelector: 'a/b/c=1' },
    400,
    'BadRequest',
    `${unable}<nil>: Invalid value: "a/b/c": a valid label key ${keyShape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
  ],
  [
    { labelSelector: 'x>a' },
    400,
    'BadRequest',
    `${unable}values[0]: Invalid value: "a": for 'Gt', 'Lt' operators, the value must be an integer`,
  ],
  [
    { labelSelector: `a=${'x'.repeat(64)}` },
    400,
    'BadRequest',
    `${unable}values[0][a]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
  ],
  [
    { fieldSelector: 'foo=bar' },
    400,
    'BadRequest',
    '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [
    { fieldSelector: 'metadata.name=a,foo' },
    400,
    'BadRequest',
    "invalid selector: 'metadata.name=a,foo'; can't understand 'foo'",
  ],
  [{ fieldSelector: 'metadata.name=a\\x' }, 400, 'BadRequest', 'invalid field selector: invalid escape sequence: \\x'],
  [{ limit: 'abc' }, 400, 'BadRequest', 'strconv.ParseInt: parsing "abc": invalid syntax'],
  [{ limit: '1.5' }, 400, 'BadRequest', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
  [{ limit: '9'.repeat(20) }, 400, 'BadRequest', `strconv.ParseInt: parsing "${'9'.repeat(20)}": value out of range`],
  [{ timeoutSeconds: 'abc' }, 400, 'BadRequest', 'strconv.ParseInt: parsing "abc": invalid syntax'],
  [{ continue: '%7B' }, 400, 'BadRequest', `${badToken}illegal base64 data at input byte 0`],
  [
    { continue: token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }) },
    400,
    'BadRequest',
    `${badToken}incorrect encoded start resourceVersion (version meta.k8s.io/v1)`,
  ],
  [
    { continue: token({ v: 'meta.k8s.io/v1', rv: 5 }) },
    400,
    'BadRequest',
    `${badToken}encoded start key empty (version meta.k8s.io/v1)`,
  ],
  [
    { continue: token({ v: 'v2', rv: 5, start: 'a' }) },
    400,
    'BadRequest',
    `${badToken}server does not recognize this encoded version v2`,
  ],
  [{ continue: token({ v: 'meta.k8s.io/v1', rv: 5, start: '../x' }) }, 400, 'BadRequest', `${badToken}../x`],
  [
    { continue: token({ v: 'meta.k8s.io/v1', rv: 5, start: 'a' }), resourceVersion: '5' },
    400,
    'BadRequest',
    'specifying resource version is not allowed when using continue',
  ],
  [
    { resourceVersion: 'abc' },
    400,
    'BadRequest',
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [{ resourceVersionMatch: 'Exact' }, 422, 'Invalid', `${forbiddenMatch} unless resourceVersion is provided`],
  [
    { resourceVersionMatch: 'Foo', resourceVersion: '1' },
    422,
    'Invalid',
    `${listOptions}resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""`,
  ],
  [
    { resourceVersionMatch: 'Exact', resourceVersion: '0' },
    422,
    'Invalid',
    `${listOptions}resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
  ],
  [
    { resourceVersionMatch: 'Exact', resourceVersion: '1', continue: 'abc' },
    422,
    'Invalid',
    `${forbiddenMatch} when continue is provided`,
  ],
  [
    { sendInitialEvents: 'true' },
    422,
    'Invalid',
    `${listOptions}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
  ],
  [
    { watch: 'true', sendInitialEvents: 'true' },
    422,
    'Invalid',
    `${listOptions}resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
  ],
  [
    { watch: 'true', resourceVersionMatch: 'NotOlderThan', resourceVersion: '1' },
    422,
    'Invalid',
    `${forbiddenMatch} for watch unless sendInitialEvents is provided`,
  ],
  [
    { watch: 'true', resourceVersionMatch: 'Exact', resourceVersion: '1' },
    422,
    'Invalid',
    `${listOptions}[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]`,
  ],
  [{ watch: 'true', continue: 'abc' }, 422, 'Invalid', `${forbiddenMatch} when continue is provided`],
  [
    { watch: 'true', resourceVersion: 'abc' },
    500,
    undefined,
    'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
];

it.each(lists)('a list with %j is %i %s', async (query, code, reason, message) => {
  const { status, body } = await cluster.get(maps, { query });
  expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message });
  expect([status, body.reason]).toEqual([code, reason]);
});

it('a version that is still to come is 504, with when to ask again', async () => {
  const wanted: Record<string, string>[] = [
    { resourceVersion: '999999999' },
    { resourceVersion: '999999999', resourceVersionMatch: 'Exact' },
  ];
  for (const query of wanted) {
    const { status, headers, body } = await cluster.get(maps, { query });
    expect([status, headers['retry-after']]).toEqual([504, '1']);
    expect(body).toMatchObject({
      reason: 'Timeout',
      message: expect.stringMatching(/^Timeout: Too large resource version: 999999999, current: \d+$/),
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    });
  }
});
