import type { KubernetesObject } from '../../kubernetes/object.ts';
import { readData } from './read-data.ts';

/**
 * The ClusterRoles, ClusterRoleBindings, Roles and RoleBindings that a fresh API server makes itself, without uid, times and
 * managed fields (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy`). Aggregated roles come with their rules.
 */
export function bootstrapAccess(): KubernetesObject[] {
  return JSON.parse(readData('access.json').toString()) as KubernetesObject[];
}
