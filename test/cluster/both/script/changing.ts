import type { Step } from '../step.ts';

const object = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata: ${data}\n`;
const pair = (names: string[]) =>
  names
    .map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {part: pair}}\n`)
    .join('---\n');
const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  replicas: 1
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: store, image: 'store:1', ports: [{containerPort: 80}], volumeMounts: [{name: disk, mountPath: /data}]}]
      volumes: [{name: disk, persistentVolumeClaim: {claimName: disk}}]
`;

/** `apply`, `diff`, `patch`, `edit`, `replace` and the small changes. */
export const changing: readonly Step[] = [
  { run: 'kubectl apply -f -', input: object('{a: "1"}'), shows: /applied created/ },
  { run: 'kubectl apply -f -', input: object('{a: "1"}'), shows: /applied unchanged/ },
  {
    run: 'kubectl diff -f -',
    input: object('{a: "2"}'),
    code: 1,
    without: /^(diff|---|\+\+\+).*\n/gm,
    shows: /\+ {2}a: "2"/,
  },
  { run: 'kubectl apply -f -', input: object('{b: "2"}'), shows: /applied configured/ },
  { run: 'kubectl get configmap applied -o yaml --show-managed-fields', shows: /last-applied-configuration/ },
  { run: 'kubectl apply view-last-applied configmap/applied', shows: /b: "2"/ },
  { run: 'kubectl apply --server-side -f -', input: object('{b: "3"}'), shows: /applied serverside-applied/ },
  {
    run: 'kubectl apply --server-side --field-manager=other -f -',
    input: object('{b: "4"}'),
    code: 1,
    shows: /conflict with "kubectl"/,
  },
  {
    run: 'kubectl apply --server-side --field-manager=other --force-conflicts -f -',
    input: object('{b: "4"}'),
    shows: /serverside-applied/,
  },
  { run: 'kubectl get configmap applied -o yaml --show-managed-fields', shows: /manager: other/ },
  { run: 'kubectl apply --dry-run=server -f -', input: object('{c: "5"}'), shows: /\(server dry run\)/ },
  { run: 'kubectl apply -f - -l part=pair', input: pair(['first', 'second']), shows: /second created/ },
  {
    run: 'kubectl apply -f - --prune -l part=pair --prune-allowlist=core/v1/ConfigMap',
    input: pair(['first']),
    shows: /second pruned/,
  },
  {
    run: 'kubectl apply -f -',
    input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndato: {}\n',
    code: 1,
    shows: /unknown field "dato"/,
  },
  {
    run: 'kubectl apply -f -',
    input: 'apiVersion: v9\nkind: Nothing\nmetadata: {name: bad}\n',
    code: 1,
    shows: /no matches for kind "Nothing" in version "v9"/,
  },
  {
    run: 'kubectl apply -f -',
    input: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: -1}\n',
    code: 1,
    shows: /spec.selector: Required value/,
  },
  {
    run: 'kubectl apply -f -',
    input: 'apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: [{name: A_b}]}\n',
    code: 1,
    shows: /spec.containers\[0\].name: Invalid value/,
  },
  {
    run: 'kubectl apply -f -',
    input: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: many}\n',
    code: 1,
    shows: /many|unmarshal|type/,
  },
  { run: `kubectl patch configmap applied -p '{"data":{"plain":"1"}}'`, shows: /applied patched/ },
  { run: `kubectl patch configmap applied --type=merge -p '{"data":{"b":null}}'`, shows: /applied patched/ },
  {
    run: `kubectl patch configmap applied --type=json -p '[{"op":"replace","path":"/data/plain","value":"2"}]'`,
    shows: /patched/,
  },
  {
    run: `kubectl patch configmap applied --type=json -p '[{"op":"test","path":"/data/plain","value":"9"}]'`,
    code: 1,
    shows: /the server rejected our request/,
  },
  {
    run: `kubectl patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":3}}'`,
    shows: /patched/,
  },
  { run: `kubectl patch configmap applied -p '{"data":{"plain":"2"}}'`, shows: /\(no change\)/ },
  { run: 'kubectl edit configmap applied', env: { KUBE_EDITOR: 'sed -i s/plain/edited/' }, shows: /applied edited/ },
  { run: 'kubectl edit configmap applied', env: { KUBE_EDITOR: 'true' }, shows: /Edit cancelled, no changes made/ },
  { run: 'kubectl get configmap applied -o yaml', shows: /edited: "2"/ },
  { run: 'kubectl replace -f -', input: object('{r: "1"}'), shows: /applied replaced/ },
  {
    run: 'kubectl replace -f -',
    input: object('{r: "1"}').replace('applied', 'applied, resourceVersion: "1"'),
    code: 1,
    shows: /the object has been modified/,
  },
  {
    run: 'kubectl replace --force -f -',
    input: object('{r: "2"}'),
    shows: /"applied" deleted.*\nconfigmap\/applied replaced/,
  },
  { run: 'kubectl label configmap applied tier=web', shows: /applied labeled/ },
  { run: 'kubectl label configmap applied tier=db', code: 1, shows: /already has a value \(web\)/ },
  { run: 'kubectl label configmap applied tier=db --overwrite', shows: /applied labeled/ },
  { run: 'kubectl label configmap applied tier-', shows: /applied unlabeled/ },
  { run: 'kubectl label configmap applied bad!=x', code: 1, shows: /Invalid value/ },
  { run: 'kubectl annotate configmap applied note=hello', shows: /applied annotated/ },
  { run: 'kubectl annotate configmap applied note-', shows: /applied annotated/ },
  { run: 'kubectl set image deployment/none none=none:2', shows: /none image updated/ },
  { run: 'kubectl set env deployment/none A=1 B-', shows: /none env updated/ },
  { run: 'kubectl set env deployment/none --list', shows: /A=1/ },
  {
    run: 'kubectl set resources deployment/none --requests=cpu=10m --limits=memory=64Mi',
    shows: /resource requirements updated/,
  },
  { run: 'kubectl set serviceaccount deployment/none viewer', shows: /serviceaccount updated/ },
  {
    run: 'kubectl get deployment none -o yaml',
    shows: /deployment.kubernetes.io\/revision: "5"/,
    until: /observedGeneration: 5/,
  },
  { run: 'kubectl expose deployment none --port=80 --name=none', shows: /service\/none exposed/ },
  { run: 'kubectl run alone --image=alone:1 --port=80', shows: /pod\/alone created/ },
  { run: 'kubectl apply -f -', input: claim, shows: /statefulset.apps\/store created/ },
  { run: 'kubectl rollout status statefulset/store --timeout=60s', compared: 'last', shows: /complete|rolled out/ },
  { run: 'kubectl get pvc disk', shows: /disk +Bound/ },
  { run: 'kubectl describe pvc disk', compared: 'sorted', shows: /Used By: +store-0/ },
  { run: 'kubectl get pvc disk -o yaml', shows: /phase: Bound/ },
  { run: 'kubectl describe statefulset store', shows: /1 Running/ },
  { run: 'kubectl get statefulset store -o wide', shows: /store +1\/1 +AGE +store +store:1/ },
  { run: 'kubectl get pod store-0 -o yaml', shows: /apps.kubernetes.io\/pod-index: "0"/ },
  { run: 'kubectl exec store-0 -- echo hello', shows: /^hello$/ },
  { run: 'kubectl exec store-0 -- false', code: 1, shows: /terminated with exit code 1/ },
  { run: 'kubectl exec -i store-0 -- cat', input: 'by way of stdin', shows: /by way of stdin/ },
  { run: 'kubectl cp kubeconfig store-0:/tmp/copied', shows: /^/ },
  { run: 'kubectl cp store-0:/tmp/copied back', shows: /^/ },
  { run: 'kubectl exec store-0 -- ls /tmp', shows: /copied/ },
];
