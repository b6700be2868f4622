import { readOptions } from './body.ts';
import { badRequest, type FieldFault, invalid } from './errors.ts';
import { type Json, listAt, numberAt, textAt } from './json.ts';
import { type ApiRequest, countOf, flagOf } from './request.ts';
import { dryRunFaults } from './write-options.ts';

/** How something is to be deleted (`apimachinery/pkg/apis/meta/v1` DeleteOptions). */
export interface DeleteOptions {
  gracePeriodSeconds: number | undefined;
  propagationPolicy: string;
  uid: string;
  resourceVersion: string;
  dryRun: boolean;
}

/** Of the body or, where there is none, of the query; never of both (`apiserver/pkg/endpoints/handlers/delete.go`). */
export async function deleteOptionsOf({ incoming, contentType, query }: ApiRequest): Promise<DeleteOptions> {
  const body = await readOptions(incoming, contentType);
  return toDeleteOptions(Object.keys(body).length > 0 ? body : optionsOfQuery(query));
}

function optionsOfQuery(query: URLSearchParams): Json {
  const gracePeriodSeconds = countOf(query, 'gracePeriodSeconds');
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(query.has('orphanDependents') ? { orphanDependents: flagOf(query, 'orphanDependents') } : {}),
    ...(query.has('propagationPolicy') ? { propagationPolicy: query.get('propagationPolicy') } : {}),
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
  };
}

/** Throws 400 when it is something else and 422 for what makes no sense (`ValidateDeleteOptions`). */
export function toDeleteOptions(sent: Json): DeleteOptions {
  const kind = textAt(sent, 'kind');
  if (kind !== '' && kind !== 'DeleteOptions')
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(sent.apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  const faults = faultsOf(sent);
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  const orphans = sent.orphanDependents === true ? 'Orphan' : '';
  const grace = numberAt(sent, 'gracePeriodSeconds');
  return {
    // A negative one means 1 s (`apiserver/pkg/registry/rest/delete.go BeforeDelete`).
    gracePeriodSeconds: grace !== undefined && grace < 0 ? 1 : grace,
    propagationPolicy: textAt(sent, 'propagationPolicy') || orphans,
    uid: textAt(sent, 'preconditions', 'uid'),
    resourceVersion: textAt(sent, 'preconditions', 'resourceVersion'),
    dryRun: listAt(sent, 'dryRun').includes('All'),
  };
}

function faultsOf(sent: Json): FieldFault[] {
  const policy = sent.propagationPolicy;
  const field = 'propagationPolicy';
  const faults: FieldFault[] = [];
  const given = policy !== undefined && policy !== null;
  if (given && sent.orphanDependents !== undefined && sent.orphanDependents !== null) {
    const message = `${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`;
    faults.push({ type: 'FieldValueInvalid', field, message });
  }
  if (given && !['Foreground', 'Background', 'Orphan'].includes(String(policy))) {
    const message = `${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
    faults.push({ type: 'FieldValueNotSupported', field, message });
  }
  return [...faults, ...dryRunFaults(listAt(sent, 'dryRun').map(String))];
}
