import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import type { Connection, KubernetesRequest } from '../../../src/cluster/connection.ts';
import { KubernetesError } from '../../../src/cluster/kubernetes-error.ts';
import { patientConnection } from '../../../src/playbooks/runs/patient-connection.ts';

/** Fails so often, then answers; says how often it was asked. */
async function ask(request: KubernetesRequest, error: Error, failures: number) {
  let asked = 0;
  const connection = {
    async request() {
      asked += 1;
      if (asked <= failures) throw error;
      return { status: 200, headers: {}, body: 'well' };
    },
  } as unknown as Connection;
  const answer = await patientConnection(connection, async () => true)
    .request(request)
    .then(({ body }) => body)
    .catch((thrown: Error) => thrown.message);
  return { asked, answer };
}

const broken = new Problem('The connection broke off');
const status = (code: number) => new KubernetesError(code, { message: `status ${code}` }, '/');
const path = '/api/v1/namespaces/tars/pods';

test('what may be sent twice is sent again when nobody or a server in trouble answers', async () => {
  for (const error of [broken, status(500), status(503), status(429)]) {
    expect(await ask({ path }, error, 2)).toEqual({ asked: 3, answer: 'well' });
    expect(await ask({ path, method: 'DELETE' }, error, 4)).toEqual({ asked: 5, answer: 'well' });
    const contentType = 'application/apply-patch+yaml';
    expect(await ask({ path, method: 'PATCH', contentType }, error, 1)).toEqual({ asked: 2, answer: 'well' });
  }
});

test('it is not asked for ever, and never again for an answer that stays as it is', async () => {
  expect(await ask({ path }, broken, 99)).toEqual({ asked: 5, answer: 'The connection broke off' });
  for (const code of [400, 401, 403, 404, 409, 422])
    expect(await ask({ path }, status(code), 1)).toEqual({ asked: 1, answer: `status ${code}` });
});

test('what would have a second effect is sent once, and so is what a Service behind the proxy is asked', async () => {
  expect(await ask({ path, method: 'POST' }, broken, 1)).toMatchObject({ asked: 1 });
  expect(await ask({ path: `${path}/x/proxy/health` }, status(503), 1)).toMatchObject({ asked: 1 });
  const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  expect(await ask({ path: review, method: 'POST' }, broken, 1)).toMatchObject({ asked: 2 });
});

test('a request that was given up is not sent again', async () => {
  let asked = 0;
  const connection = {
    async request() {
      asked += 1;
      throw broken;
    },
  } as unknown as Connection;
  const signal = AbortSignal.abort();
  await expect(patientConnection(connection).request({ path, signal })).rejects.toThrow('broke off');
  expect(asked).toBe(1);
});
