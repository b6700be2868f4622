import { objectAt } from '../json.ts';
import type { ServerContext } from '../server-context.ts';
import type { AdmissionRequest } from './admission-request.ts';

/** A new claim that names no class gets the default one (`plugin/pkg/admission/storage/storageclass/setdefault`). */
export function chooseStorageClass({ context, object, current }: AdmissionRequest): void {
  const spec = objectAt(object, 'spec');
  const annotation = object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'];
  if (current || typeof spec.storageClassName === 'string' || annotation !== undefined) return;
  const name =
    newestDefault(context, 'storage.k8s.io/storageclasses', 'storageclass.kubernetes.io/is-default-class') ??
    newestDefault(context, 'storage.k8s.io/storageclasses', 'storageclass.beta.kubernetes.io/is-default-class');
  if (name !== undefined) spec.storageClassName = name;
}

/** A new Ingress that names no class gets the default one (`plugin/pkg/admission/network/defaultingressclass`). */
export function chooseIngressClass({ context, object, current }: AdmissionRequest): void {
  const spec = objectAt(object, 'spec');
  const annotation = object.metadata.annotations?.['kubernetes.io/ingress.class'];
  if (current || typeof spec.ingressClassName === 'string' || annotation !== undefined) return;
  const name = newestDefault(
    context,
    'networking.k8s.io/ingressclasses',
    'ingressclass.kubernetes.io/is-default-class',
  );
  if (name !== undefined) spec.ingressClassName = name;
}

/** Of several defaults the newest, then the first by name. */
function newestDefault({ store }: ServerContext, storage: string, annotation: string): string | undefined {
  const marked = store.list(storage).filter(({ metadata }) => metadata.annotations?.[annotation] === 'true');
  const age = (time: string | undefined) => Date.parse(time ?? '');
  const [first] = [...marked].sort(
    (left, right) => age(right.metadata.creationTimestamp) - age(left.metadata.creationTimestamp),
  );
  return first?.metadata.name;
}
