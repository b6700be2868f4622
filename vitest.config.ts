import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 20_000,
  hookTimeout: 30_000,
  setupFiles: ['test/support/environment.ts'],
};
const suite = 'test/cluster/suite/**/*.test.ts';
/** They wait for real roll-outs, failures and helm: `npm run test:cluster` runs them on both servers. */
const slow = [
  ...['steps/helm', 'readiness-causes', 'plan-then-run', 'example', 'controllers/autoscaling'],
  ...['cluster/*', 'tars/*', 'tartware/*', 'atas/*', 'detection-api/*'],
].map((name) => `test/cluster/suite/${name}.test.ts`);

/** Rooms whose tests share nothing but modules, so that these are loaded once for all of them: it saves a minute. */
const units = [
  ...['base', 'yaml', 'kubernetes', 'ui', 'systems', 'menus', 'configuration', 'tools', 'architecture'],
  ...['cluster-room', 'playbooks', 'sandbox'],
].map((room) => `test/${room}/**/*.test.{ts,tsx}`);
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'units', include: units, isolate: false } },
      {
        test: {
          ...common,
          name: 'console',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...units, 'test/cluster/**', 'test/faults/**', '**/node_modules/**'],
        },
      },
      // Its files talk to a server and share nothing else: loading the sandbox once for all of them saves minutes.
      { test: { ...common, name: 'cluster suite on the sandbox', include: [suite], exclude: slow, isolate: false } },
    ],
  },
});
