import type { Step } from '../step.ts';

/** Everything that the rest of the script is about. */
export const creating: readonly Step[] = [
  { run: 'kubectl get serviceaccount default -o name', until: /default/, shows: /^serviceaccount\/default$/ },
  { run: 'kubectl create namespace NS-more', shows: /namespace\/NS-more created/ },
  { run: 'kubectl create namespace NS-more', code: 1, shows: /AlreadyExists/ },
  { run: 'kubectl create configmap settings --from-literal=a=1 --from-literal=b=two', shows: /settings created/ },
  { run: 'kubectl create secret generic login --from-literal=user=ann', shows: /login created/ },
  { run: 'kubectl create secret tls certificate --cert=server.crt --key=server.key', shows: /certificate created/ },
  {
    run: 'kubectl create secret docker-registry pull --docker-server=r.example.com --docker-username=u --docker-password=p',
    shows: /pull created/,
  },
  { run: 'kubectl create deployment web --image=web:1 --replicas=2 --port=80', shows: /deployment.apps\/web created/ },
  { run: 'kubectl create deployment none --image=none:1 --replicas=0', shows: /none created/ },
  { run: 'kubectl create service clusterip web --tcp=80:80', shows: /service\/web created/ },
  { run: 'kubectl create service nodeport node-web --tcp=80:8080', shows: /service\/node-web created/ },
  { run: 'kubectl create service externalname outside --external-name=example.com', shows: /outside created/ },
  { run: 'kubectl create job once --image=job:1 -- true', shows: /job.batch\/once created/ },
  {
    run: `kubectl create cronjob seldom --image=job:1 --schedule='0 0 29 2 *' -- true`,
    shows: /cronjob.batch\/seldom/,
  },
  { run: 'kubectl create job now --from=cronjob/seldom', shows: /job.batch\/now created/ },
  { run: 'kubectl create serviceaccount viewer', shows: /viewer created/ },
  { run: 'kubectl create role reader --verb=get,list,watch --resource=pods,configmaps', shows: /reader created/ },
  {
    run: 'kubectl create rolebinding viewer-reads --role=reader --serviceaccount=NS:viewer',
    shows: /viewer-reads created/,
  },
  { run: 'kubectl create clusterrole NS-nodes --verb=get,list --resource=nodes', shows: /NS-nodes created/ },
  {
    run: 'kubectl create clusterrolebinding NS-nodes --clusterrole=NS-nodes --serviceaccount=NS:viewer',
    shows: /NS-nodes created/,
  },
  { run: 'kubectl create quota amounts --hard=pods=50,services=20,configmaps=40', shows: /amounts created/ },
  { run: 'kubectl create priorityclass NS-low --value=-5 --description=low', shows: /NS-low created/ },
  { run: 'kubectl create poddisruptionbudget web --selector=app=web --min-available=1', shows: /web created/ },
  {
    run: `kubectl create ingress web --class=none --rule='web.example.com/*=web:80,tls=certificate'`,
    shows: /ingress.networking.k8s.io\/web created/,
  },
  { run: 'kubectl create token viewer', shows: /TOKEN/ },
  { run: 'kubectl create deployment bad! --image=web:1', code: 1, shows: /Invalid value: "bad!"/ },
  { run: 'kubectl create job once --image=job:1', code: 1, shows: /"once" already exists/ },
  {
    run: 'kubectl create configmap there -n NS-none --from-literal=a=1',
    code: 1,
    shows: /namespaces "NS-none" not found/,
  },
  { run: 'kubectl create secret generic dry --from-literal=a=b --dry-run=server -o yaml', shows: /a: Yg==/ },
  {
    run: 'kubectl create deployment dry --image=web:1 --dry-run=server -o yaml',
    shows: /progressDeadlineSeconds: 600/,
  },
  { run: 'kubectl create deployment dry --image=web:1 --dry-run=client -o yaml', shows: /image: web:1/ },
  { run: 'kubectl rollout status deployment/web --timeout=60s', compared: 'last', shows: /successfully rolled out/ },
  {
    run: 'kubectl wait --for=condition=complete job/once job/now --timeout=60s',
    shows: /job.batch\/once condition met/,
  },
  { run: `kubectl wait --for=jsonpath={.status.readyReplicas}=2 deployment/web --timeout=60s`, shows: /condition met/ },
  {
    run: 'kubectl wait --for=condition=Ready pod -l app=web --timeout=60s',
    compared: 'sorted',
    shows: /condition met/,
  },
  { run: 'kubectl wait --for=condition=complete job/none-such --timeout=1s', code: 1, shows: /"none-such" not found/ },
];
