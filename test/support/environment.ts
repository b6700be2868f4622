import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// A worker that keeps its modules runs this for one file after the other.
process.env.TMPDIR_OF_ALL_TESTS ??= tmpdir();

/** Every test file gets folders of its own, so that no test reads or leaves anything in the user's. */
const folder = mkdtempSync(join(process.env.TMPDIR_OF_ALL_TESTS, 'tars-console-test-'));
process.env.XDG_STATE_HOME = join(folder, 'state');
process.env.XDG_CONFIG_HOME = join(folder, 'config');
process.env.XDG_RUNTIME_DIR = join(folder, 'runtime');
process.env.XDG_CACHE_HOME = join(folder, 'cache');
// What a test makes in the temporary folder goes away with it.
process.env.TMPDIR = folder;
delete process.env.KUBECONFIG;
delete process.env.CI;

afterAll(() => rmSync(folder, { recursive: true, force: true }));
