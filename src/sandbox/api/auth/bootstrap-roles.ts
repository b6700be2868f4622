import { randomUUID } from 'node:crypto';
import { bootstrapAccess } from '../../data/access.ts';
import { type ServerContext, timestamp } from '../server-context.ts';
import { managedBy } from './own-write.ts';

const storages: Record<string, string> = {
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** Puts the roles and bindings that every API server makes at its start into the store, without the way through requests. */
export function bootstrapRoles(context: ServerContext): void {
  const time = timestamp(context.now());
  for (const object of bootstrapAccess()) {
    object.metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: time };
    object.metadata.managedFields = managedBy(context, 'kube-apiserver', undefined, object);
    context.store.put(`rbac.authorization.k8s.io/${storages[object.kind]}`, object);
  }
}
