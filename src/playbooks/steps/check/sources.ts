import { z } from 'zod';
import type { SourceKind } from './source-kind.ts';
import { buildsSource } from './sources/builds.ts';
import { canSource } from './sources/can.ts';
import { causesSource } from './sources/causes.ts';
import { certificatesSource } from './sources/certificates.ts';
import { clockSource } from './sources/clock.ts';
import { dnsSource } from './sources/dns.ts';
import { dryRunSource } from './sources/dry-run.ts';
import { eventsSource } from './sources/events.ts';
import { execSource } from './sources/exec.ts';
import { fileSource } from './sources/file.ts';
import { getSource } from './sources/get.ts';
import { headroomSource } from './sources/headroom.ts';
import { httpSource } from './sources/http.ts';
import { listSource } from './sources/list.ts';
import { loadSource } from './sources/load.ts';
import { logsSource } from './sources/logs.ts';
import { measuredSource } from './sources/measured.ts';
import { metricsSource } from './sources/metrics.ts';
import { ownersSource } from './sources/owners.ts';
import { pathSource } from './sources/path.ts';
import { referencesSource } from './sources/references.ts';
import { releasesSource } from './sources/releases.ts';
import { repositorySource } from './sources/repository.ts';
import { rightsSource } from './sources/rights.ts';
import { toolsSource } from './sources/tools.ts';
import { usageSource } from './sources/usage.ts';

/** A source as it is written: one key names its kind, its options stand beside it. */
export type CheckSource = Record<string, unknown>;

// Each reads what its own schema has let through.
const sourceKinds = [
  listSource,
  getSource,
  pathSource,
  canSource,
  causesSource,
  logsSource,
  usageSource,
  httpSource,
  metricsSource,
  execSource,
  dnsSource,
  eventsSource,
  toolsSource,
  clockSource,
  dryRunSource,
  rightsSource,
  ownersSource,
  headroomSource,
  referencesSource,
  releasesSource,
  repositorySource,
  buildsSource,
  loadSource,
  measuredSource,
  fileSource,
  certificatesSource,
] as readonly unknown[] as readonly SourceKind<CheckSource>[];

/** Something that a check reads. */
export const sourceSchema = z.union(sourceKinds.map(({ schema }) => schema));

/** The kind of a source that the schema has let through. */
export function sourceKindOf(source: CheckSource): SourceKind<CheckSource> {
  const found = sourceKinds.find(({ key }) => source[key] !== undefined);
  if (!found) throw new Error(`no kind of source: ${Object.keys(source).join(', ')}`);
  return found;
}
