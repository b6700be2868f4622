import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json } from '../json.ts';
import { counterpart } from './correlation.ts';
import { additionalOf, itemsOf, propertyOf, type Schema, schemasIn } from './schema.ts';
import { checkCount, checkEnum, checkNumber, checkText, checkType, type Place } from './value-checks.ts';

/** What a schema says of a value: its faults, and how many checks were made, by which the nearest alternative is chosen. */
interface Verdict {
  faults: FieldFault[];
  checks: number;
}

/**
 * Validates a value against a structural schema, in the order and with the words of `kube-openapi/pkg/validation/validate`. What
 * is as it was in `old` may stay as it is, even if today's schema refuses it (`apiserver/validation/ratcheting.go`). `prefix`
 * stands before the fields of the faults, not in their messages.
 */
export function valueFaults(value: unknown, schema: Schema, prefix = '', old?: unknown): FieldFault[] {
  return judge(value, schema, { path: '', field: prefix }, old).faults;
}

function judge(value: unknown, schema: Schema, place: Place, old: unknown): Verdict {
  if (old !== undefined && equal(value, old)) return { faults: [], checks: 1 };
  const verdict: Verdict = { faults: [...checkType(value, schema, place)], checks: 2 };
  if (value === null) {
    verdict.faults.push(...checkEnum(value, schema, place));
    return verdict;
  }
  judgeCombinations(value, schema, place, verdict);
  verdict.faults.push(...checkText(value, schema, place), ...checkNumber(value, schema, place));
  if (Array.isArray(value)) judgeItems(value, schema, place, old, verdict);
  verdict.faults.push(...checkEnum(value, schema, place));
  if (isObject(value)) judgeFields(value, schema, place, old, verdict);
  verdict.checks += 4;
  return verdict;
}

function add(verdict: Verdict, { faults, checks }: Verdict): void {
  verdict.faults.push(...faults);
  verdict.checks += checks;
}

function judgeItems(list: readonly unknown[], schema: Schema, place: Place, old: unknown, verdict: Verdict): void {
  const items = itemsOf(schema);
  for (const [at, item] of items ? list.entries() : []) {
    const below = { path: `${place.path}[${at}]`, field: `${place.field}[${at}]` };
    add(verdict, judge(item, items ?? {}, below, counterpart(item, old, schema)));
  }
  verdict.faults.push(...checkCount(list.length, schema, place, 'items'));
}

function judgeFields(object: Json, schema: Schema, place: Place, old: unknown, verdict: Verdict): void {
  const names = Object.keys(object);
  verdict.faults.push(...checkCount(names.length, schema, place, 'properties'));
  const before = isObject(old) ? old : {};
  const additional = additionalOf(schema);
  for (const name of names) {
    const about = propertyOf(schema, name) ?? additional;
    if (about && object[name] !== undefined) add(verdict, judge(object[name], about, below(place, name), before[name]));
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const name of required)
    if (object[name] === undefined)
      verdict.faults.push({ type: 'FieldValueRequired', field: below(place, String(name)).field, message: '' });
}

function below({ path, field }: Place, name: string): Place {
  return { path: path === '' ? name : `${path}.${name}`, field: field === '' ? name : `${field}.${name}` };
}

/** `allOf`, `anyOf`, `oneOf` and `not` (`schema_props.go`). Their own words belong to no field. */
function judgeCombinations(value: unknown, schema: Schema, place: Place, verdict: Verdict): void {
  const broken = (words: string) =>
    verdict.faults.push({ type: 'FieldValueInvalid', field: '<nil>', message: `"": "${place.path}" ${words}` });
  const against = (field: string) => schemasIn(schema, field).map((one) => judge(value, one, place, undefined));
  const any = against('anyOf');
  if (any.length > 0) {
    if (!any.some(isGood)) broken('must validate at least one schema (anyOf)');
    add(verdict, any.find(isGood) ?? nearest(any));
  }
  const one = against('oneOf');
  const good = one.filter(isGood);
  if (good.length > 1) broken(`must validate one and only one schema (oneOf). Found ${good.length} valid alternatives`);
  if (one.length > 0 && good.length === 0) broken('must validate one and only one schema (oneOf). Found none valid');
  if (one.length > 0 && good.length < 2) add(verdict, good[0] ?? nearest(one));
  const all = against('allOf');
  for (const each of all) add(verdict, each);
  if (!all.every(isGood)) broken(`must validate all the schemas (allOf)${all.some(isGood) ? '' : '. None validated'}`);
  if (isObject(schema.not) && isGood(judge(value, schema.not, place, undefined)))
    broken('must not validate the schema (not)');
}

function isGood({ faults }: Verdict): boolean {
  return faults.length === 0;
}

function nearest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((best, one) => (one.checks > best.checks ? one : best));
}
