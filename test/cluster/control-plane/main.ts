import { writeFileSync } from 'node:fs';
import { joinNodes } from './nodes.ts';
import { startControlPlane } from './start.ts';

/**
 * `npm run control-plane -- FILE`: a real control plane with nodes that stays until Ctrl-C. `CONTROL_PLANE=FILE npm run
 * test:cluster` then uses it again and again, and FILE's `kubeconfig` serves kubectl.
 */
const [file] = process.argv.slice(2);
const plane = await startControlPlane((line) => console.error(line));
const leave = await joinNodes(plane);
const { server, ca, token, binaries, folder, processes } = plane;
const description = JSON.stringify(
  { server, ca, token, binaries, processes, kubeconfig: `${folder}/kubeconfig` },
  null,
  2,
);
if (file) writeFileSync(file, description, { mode: 0o600 });
console.error(`ready: KUBECONFIG=${folder}/kubeconfig ${binaries}/kubectl get nodes`);
const end = async () => {
  await leave();
  await plane.stop();
  process.exit(0);
};
process.once('SIGINT', end);
process.once('SIGTERM', end);
