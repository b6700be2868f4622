// npm run bench [name …]: each figure beside something measured in the same run. No verdicts, no timed tests.
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const benches = ['first-frame', 'screen', 'load-engine', 'cluster-scale'];
const wanted = process.argv.slice(2);
for (const name of benches.filter((bench) => wanted.length === 0 || wanted.includes(bench))) {
  const { run } = await import(`./${name}.mjs`);
  for (const line of await run(root)) console.log(line);
}
process.exit(0);
