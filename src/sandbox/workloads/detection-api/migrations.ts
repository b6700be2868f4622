/** A step of the database's schema: https://alembic.sqlalchemy.org/en/latest/tutorial.html */
export interface Migration {
  revision: string;
  title: string;
  up: string;
  down: string;
}

const table = (name: string, column: string) => ({
  up: `CREATE TABLE ${name} (id bigint PRIMARY KEY, ${column} text NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
  down: `DROP TABLE ${name}`,
});

const all: readonly (Migration & { since: number })[] = [
  { revision: '1c7d2a90b4e1', title: 'detections', since: 0, ...table('detections', 'payload') },
  { revision: '5e0b93f6a2c8', title: 'devices', since: 0, ...table('devices', 'name') },
  { revision: '9a41d7c3e6f2', title: 'audit log', since: 0, ...table('audit_log', 'entry') },
  { revision: 'c28f5b1d7a30', title: 'geofences', since: 2, ...table('geofences', 'area') },
];

/** What a version of the API brings: from version 2 on one more. The newest is the last. */
export function migrationsOf(tag: string | undefined): readonly Migration[] {
  const major = Number(/^v?(\d+)/.exec(tag ?? '')?.[1] ?? 1);
  return all.filter(({ since }) => since <= major);
}
