import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call of a fake program: all that it was given. */
export interface FakeCall {
  args: string[];
  env: Record<string, string>;
  stdin: string;
  cwd: string;
}

export interface FakeProgram {
  path: string;
  /** The folder that it is in, for PATH. */
  folder: string;
  calls(): FakeCall[];
}

/**
 * A program that writes down how it was called and then does what `body` says: JavaScript that sees `args`, `stdin`
 * (and its `bytes`) and `require`, and may set `process.exitCode`.
 */
export function fakeProgram(name: string, body = ''): FakeProgram {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-fake-'));
  const log = join(folder, 'calls.ndjson');
  const path = join(folder, name);
  const script = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
let bytes = Buffer.alloc(0);
try { bytes = fs.readFileSync(0); } catch {}
const stdin = bytes.toString('utf8');
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, env: process.env, stdin, cwd: process.cwd() }) + '\\n');
${body}
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { path, folder, calls: () => lines().map((line) => JSON.parse(line) as FakeCall) };
}
