/** The columns of `kubectl get pods -o wide` as an API server of 1.36 gives them. */
export const columnDefinitions = [
  'Name',
  'Ready',
  'Status',
  'Restarts',
  'Age',
  'IP',
  'Node',
  'Nominated Node',
  'Readiness Gates',
].map((name) => ({ name, type: 'string' }));

export interface PodLook {
  ready?: string;
  status?: string;
  restarts?: string;
  age?: string;
  ip?: string;
  node?: string;
}

export function podCells(name: string, look: PodLook = {}): unknown[] {
  const { ready = '1/1', status = 'Running', restarts = '0', age = '5m', ip = '<none>', node = 'node-1' } = look;
  return [name, ready, status, restarts, age, ip, node, '<none>', '<none>'];
}
