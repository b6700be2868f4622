import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { isObject, objectAt } from '../json.ts';
import { atLeastZero, type Check, faultsOf, fields, needed, oneOf, textOf } from './checks.ts';
import { cronFault } from './cron-text.ts';
import { unknownValue, unsupported } from './faults.ts';
import { jobSpecFaults } from './jobs.ts';

const schedule: Check = (value, path, faults) => {
  const text = textOf(value);
  const why = cronFault(text);
  if (why !== undefined) faults.push(unknownValue(path, text, why));
  if (text.includes('TZ'))
    faults.push(unknownValue(path, text, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
};

/** `validateTimeZone` */
const timeZone: Check = (value, path, faults) => {
  if (typeof value !== 'string') return;
  const refuse = (why: string) => faults.push(unknownValue(path, value, why));
  if (value === '') refuse('timeZone must be nil or non-empty string');
  else if (value.toLowerCase() === 'local')
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  else if (!isZone(value)) refuse(`unknown time zone ${value}`);
};

/** Whether the time zone database has a name; capitals count there. */
function isZone(name: string): boolean {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

const head = fields({
  schedule: needed(schedule),
  startingDeadlineSeconds: atLeastZero,
  timeZone,
  concurrencyPolicy: needed(oneOf('Allow', 'Forbid', 'Replace')),
});
const tail = fields({ successfulJobsHistoryLimit: atLeastZero, failedJobsHistoryLimit: atLeastZero });

/** `pkg/apis/batch/validation/validation.go validateCronJobSpec` */
export function cronJobFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const job = objectAt(spec, 'jobTemplate', 'spec');
  const at = 'spec.jobTemplate.spec';
  return [
    ...faultsOf(head, spec, 'spec'),
    ...jobSpecFaults(job, at),
    ...(isObject(job.selector)
      ? [unknownValue(`${at}.selector`, job.selector, '`selector` will be auto-generated')]
      : []),
    ...(job.manualSelector === true ? [unsupported(`${at}.manualSelector`, true, ['nil', 'false'])] : []),
    ...faultsOf(tail, spec, 'spec'),
  ];
}
