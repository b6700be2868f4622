import { forbidden } from '../errors.ts';
import { numberAt, objectAt, textAt } from '../json.ts';
import type { ServerContext } from '../server-context.ts';
import type { AdmissionRequest } from './admission-request.ts';

const storage = 'scheduling.k8s.io/priorityclasses';

/** Writes the number behind a pod's priority class (`plugin/pkg/admission/priority/admission.go`). Throws 403. */
export function choosePriority({ context, resource, object, current }: AdmissionRequest): void {
  const spec = objectAt(object, 'spec');
  if (current) {
    const before = objectAt(current, 'spec');
    spec.priority ??= before.priority;
    spec.preemptionPolicy ??= before.preemptionPolicy;
    return;
  }
  const refuse = (why: string) => forbidden(resource, object.metadata.name, why);
  const named = textAt(spec, 'priorityClassName');
  const found = named === '' ? defaultClass(context) : context.store.get(storage, '', named);
  if (named !== '' && !found) throw refuse(`no PriorityClass with name ${named} was found`);
  const priority = found ? (numberAt(found, 'value') ?? 0) : 0;
  const given = numberAt(spec, 'priority');
  if (given !== undefined && given !== priority)
    throw refuse(
      `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    );
  const policy = textAt(found, 'preemptionPolicy') || 'PreemptLowerPriority';
  const givenPolicy = textAt(spec, 'preemptionPolicy');
  if (givenPolicy !== '' && givenPolicy !== policy)
    throw refuse(
      `the string value of PreemptionPolicy (${givenPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  if (found) spec.priorityClassName = found.metadata.name;
  spec.priority = priority;
  spec.preemptionPolicy = policy;
}

/** There is at most one default. Throws 403. */
export function checkPriorityClass({ context, resource, object, current }: AdmissionRequest): void {
  const present = object.globalDefault === true ? defaultClass(context) : undefined;
  if (present && (!current || present.metadata.name !== object.metadata.name))
    throw forbidden(
      resource,
      object.metadata.name,
      `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`,
    );
}

function defaultClass({ store }: ServerContext) {
  return store
    .list(storage)
    .filter((one) => one.globalDefault === true)
    .sort((left, right) => (numberAt(left, 'value') ?? 0) - (numberAt(right, 'value') ?? 0))[0];
}
