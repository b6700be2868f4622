import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: ['test/support/environment.ts'],
};

/** The cluster suite on both servers, then real clients and the console on them. The control plane is started once. */
export default defineConfig({
  test: {
    globalSetup: ['test/cluster/support/setup.ts'],
    reporters: ['default', './test/cluster/support/reporter.ts', './test/cluster/support/coverage-reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'sandbox',
          isolate: false,
          include: ['test/cluster/suite/**/*.test.ts'],
          env: { CLUSTER_UNDER_TEST: 'sandbox' },
        },
      },
      {
        test: {
          ...common,
          name: 'real control plane',
          isolate: false,
          include: ['test/cluster/suite/**/*.test.ts'],
          env: { CLUSTER_UNDER_TEST: 'real' },
        },
      },
      { test: { ...common, name: 'both', include: ['test/cluster/both/**/*.test.ts'], testTimeout: 300_000 } },
    ],
  },
});
