import type { Connection } from './connection.ts';

/** One thing that somebody may or may not do. */
export interface AccessQuestion {
  verb: string;
  group?: string | undefined;
  resource: string;
  subresource?: string | undefined;
  /** The connection's unless said; the empty string asks for the whole cluster. */
  namespace?: string | undefined;
  name?: string | undefined;
}

export interface AccessAnswer extends AccessQuestion {
  allowed: boolean;
  /** Why, where the authorizer says it. */
  reason: string;
}

/** Asks the API server what one may do: a SelfSubjectAccessReview for each question. */
export async function reviewAccess(
  connection: Connection,
  questions: readonly AccessQuestion[],
  signal?: AbortSignal,
): Promise<AccessAnswer[]> {
  const answers: AccessAnswer[] = [];
  // A few at a time: a playbook asks for dozens.
  for (let start = 0; start < questions.length; start += 8) {
    const some = questions.slice(start, start + 8);
    answers.push(...(await Promise.all(some.map((question) => review(connection, question, signal)))));
  }
  return answers;
}

async function review(connection: Connection, question: AccessQuestion, signal?: AbortSignal): Promise<AccessAnswer> {
  const { verb, group = '', resource, subresource, name } = question;
  const namespace = question.namespace ?? connection.info.namespace;
  const resourceAttributes = { verb, group, resource, subresource, name, namespace: namespace || undefined };
  const { body } = await connection.request<{ status?: { allowed?: boolean; reason?: string } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    },
    signal,
  });
  return { ...question, namespace, allowed: body.status?.allowed === true, reason: body.status?.reason ?? '' };
}
