// Renders the charts that come with systems: what the sandbox applies where no helm is installed. Run it after a change of a
// chart, with helm on the PATH: `node scripts/chart-stand-ins.mjs [system …]`. `npm run test:cluster` holds that the files are
// what helm makes of the charts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chartsOf, renderStandIns } from './render-charts.mjs';

const named = process.argv.slice(2);
for (const chart of chartsOf())
  if (named.length === 0 || named.includes(chart.system))
    for (const [file, text] of renderStandIns(chart, 'helm')) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
