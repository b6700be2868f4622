import { defineConfig } from 'vitest/config';

/** Kills and API faults: sampled, all of them with FULL=1. Each test starts processes, so that one file runs at a time. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    setupFiles: ['test/support/environment.ts'],
  },
});
