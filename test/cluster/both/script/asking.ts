import type { Step } from '../step.ts';

/** What the cluster is and may do: discovery, schemas, access. */
export const asking: readonly Step[] = [
  { run: 'kubectl version', shows: /Server Version: v1.36/ },
  { run: 'kubectl cluster-info', shows: /Kubernetes control plane.* is running at/ },
  { run: 'kubectl api-versions', without: /^(.*example.*)\n/gm, shows: /^apps\/v1$/m },
  {
    run: 'kubectl api-resources --sort-by=name',
    without: /^.*example.*\n/gm,
    shows: /deployments +deploy +apps\/v1 +true/,
  },
  { run: 'kubectl api-resources -o wide --api-group=apps --sort-by=name', shows: /create,delete,deletecollection/ },
  {
    run: 'kubectl api-resources --namespaced=false --verbs=list -o name --sort-by=name',
    without: /^.*example.*\n/gm,
    shows: /nodes/,
  },
  { run: 'kubectl explain deployment.spec.strategy', shows: /KIND: +Deployment/ },
  { run: 'kubectl explain pods --recursive', shows: /terminationGracePeriodSeconds/ },
  { run: 'kubectl explain hpa.spec.behavior.scaleUp --api-version=autoscaling/v2', shows: /selectPolicy/ },
  { run: 'kubectl explain deployment.spec.nonsense', code: 1, shows: /field "nonsense" does not exist/ },
  { run: 'kubectl auth whoami', shows: /system:masters/, without: /^(Username|Extra|UID).*\n/gm },
  { run: 'kubectl auth can-i create pods', shows: /^yes$/ },
  { run: 'kubectl auth can-i --list', shows: /\*\.\* +\[\] +\[\] +\[\*\]/ },
  { run: 'kubectl auth can-i --list', account: 'viewer', shows: /configmaps +\[\] +\[\] +\[get list watch\]/ },
  { run: 'kubectl auth whoami', account: 'viewer', shows: /system:serviceaccount:NS:viewer/ },
  { run: 'kubectl auth can-i delete pods', account: 'viewer', code: 1, shows: /^no$/ },
  { run: 'kubectl auth can-i list nodes', account: 'viewer', shows: /yes/ },
  { run: 'kubectl get configmap settings', account: 'viewer', shows: /settings/ },
  { run: 'kubectl get secrets', account: 'viewer', code: 1, shows: /cannot list resource "secrets" in API group ""/ },
  { run: 'kubectl delete configmap settings', account: 'viewer', code: 1, shows: /Forbidden/ },
  {
    run: 'kubectl create configmap no --from-literal=a=1',
    account: 'viewer',
    code: 1,
    shows: /cannot create resource/,
  },
  { run: 'kubectl get --raw /apis/apps/v1', compared: 'json', shows: /"singularName":"deployment"/ },
  { run: 'kubectl get --raw /readyz', shows: /^ok$/ },
];
