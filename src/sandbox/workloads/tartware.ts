import type { WorkloadImage } from './image.ts';
import type { Dependency, Work } from './service/options.ts';
import { createService } from './service/service.ts';

const dependencies: readonly Dependency[] = [
  {
    ...{ name: 'postgres', kind: 'postgres', usualPort: 5432 },
    env: ['DATABASE_URL', 'DATABASE_HOST'],
    ...{ port: 'DATABASE_PORT', user: 'DATABASE_USERNAME', password: 'DATABASE_PASSWORD', database: 'DATABASE_NAME' },
  },
  {
    ...{ name: 'redis', kind: 'redis', env: ['REDIS_URL', 'REDIS_HOST'], usualPort: 6379 },
    ...{ port: 'REDIS_PORT', password: 'REDIS_PASSWORD' },
  },
  { name: 'messaging', kind: 'tcp', env: ['KAFKA_BROKERS', 'MESSAGING_BROKERS'], usualPort: 9093, optional: true },
];

/** Most requests are a look at the cache, some a query, a few a report. */
const usual: readonly Work[] = [
  { share: 0.8, ms: 28, sigma: 0.3, cpuSeconds: 0.003 },
  { share: 0.17, ms: 70, sigma: 0.3, cpuSeconds: 0.006 },
  { share: 0.03, ms: 190, sigma: 0.25, cpuSeconds: 0.012 },
];

/** The gateway looks at who asks and passes it on. */
const gateway: readonly Work[] = [{ share: 1, ms: 9, sigma: 0.35, cpuSeconds: 0.0035 }];

function service(name: string, serviceMs = usual): WorkloadImage {
  return createService({
    name,
    ports: [8080],
    routes: ['/api/'],
    serviceMs,
    workers: 24,
    startUpMs: 4000,
    dependencies,
  });
}

/** The stand-ins for the nine services of Tartware; the gateway passes requests on to the eight others by their path. */
export const tartwareImages: Readonly<Record<string, WorkloadImage>> = {
  'api-gateway': createService({
    ...{ name: 'api-gateway', ports: [8080], routes: ['/api/'], serviceMs: gateway, workers: 64, startUpMs: 2500 },
    dependencies: dependencies.filter(({ name }) => name === 'redis'),
    upstreams: {
      ...{ '/api/v1/reservations': 'reservations-service', '/api/v1/billing': 'billing-service' },
      ...{ '/api/v1/guests': 'guests-service', '/api/v1/rooms': 'rooms-service' },
      ...{ '/api/v1/housekeeping': 'housekeeping-service', '/api/v1/settings': 'settings-service' },
      ...{ '/api/v1/notifications': 'notifications-service', '/api/v1/': 'core-service' },
    },
  }),
  'core-service': service('core-service'),
  'reservations-service': service('reservations-service'),
  'billing-service': service('billing-service'),
  'guests-service': service('guests-service'),
  'rooms-service': service('rooms-service'),
  'housekeeping-service': service('housekeeping-service'),
  'settings-service': service('settings-service'),
  'notifications-service': service('notifications-service'),
};
