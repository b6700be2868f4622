import { forbidden } from '../errors.ts';
import { fill, isObject, objectAt, textAt } from '../json.ts';
import type { AdmissionRequest } from './admission-request.ts';

/** A pod's runtime class has to be there, and says what it costs (`plugin/pkg/admission/runtimeclass/admission.go`). Throws 403. */
export function applyRuntimeClass({ context, resource, object, current }: AdmissionRequest): void {
  const spec = objectAt(object, 'spec');
  const name = textAt(spec, 'runtimeClassName');
  if (current || name === '') return;
  const found = context.store.get('node.k8s.io/runtimeclasses', '', name);
  if (!found)
    throw forbidden(resource, object.metadata.name, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  const overhead = objectAt(found, 'overhead').podFixed;
  if (isObject(overhead)) fill(spec, 'overhead', overhead);
}
