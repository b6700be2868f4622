import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { joinNodes } from '../control-plane/nodes.ts';
import { startControlPlane } from '../control-plane/start.ts';
import { givenCluster } from './given-cluster.ts';
import type { RealCluster } from './provided.ts';

const tell = (line: string) => console.log(line);

/**
 * Once before all files: the cluster of KUBECONFIG, or a control plane that is already up (`npm run control-plane`), or a new
 * one, which is stopped afterwards.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, stop } = await open();
  project.provide('realCluster', cluster);
  return stop;
}

async function open(): Promise<{ cluster: RealCluster; stop: () => Promise<void> }> {
  const { KUBECONFIG: given, CONTROL_PLANE: running } = process.env;
  const nothing = async () => {};
  if (given) return { cluster: await givenCluster(given), stop: nothing };
  if (running) return { cluster: { ...JSON.parse(readFileSync(running, 'utf8')), given: false }, stop: nothing };
  const plane = await startControlPlane(tell);
  try {
    const leave = await joinNodes(plane);
    const { server, ca, token, binaries, folder } = plane;
    return {
      cluster: { server, ca, token, binaries, kubeconfig: `${folder}/kubeconfig`, given: false },
      async stop() {
        await leave();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}
