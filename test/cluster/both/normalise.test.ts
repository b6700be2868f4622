import { expect, test } from 'vitest';
import { normalise } from './normalise.ts';

const controller = `  - apiVersion: batch/v1
    fieldsV1:
      f:status: {}
    manager: kube-controller-manager
    time: "2026-01-01T00:00:01Z"
`;
const creator = `  - apiVersion: batch/v1
    fieldsV1:
      f:spec:
        f:schedule: {}
    manager: kubectl-create
    time: "2026-01-01T00:00:01Z"
`;

const object = (...entries: string[]) =>
  `metadata:\n  managedFields:\n${entries.join('')}  name: seldom\n  uid: none\n`;

test('managed fields of one second are the same in any order', () => {
  expect(normalise(object(controller, creator))).toBe(normalise(object(creator, controller)));
  expect(normalise(object(creator, controller))).toMatch(/^metadata:\n {2}managedFields:\n[\s\S]*\n {2}name: seldom\n/);
});
