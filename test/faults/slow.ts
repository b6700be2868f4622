import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { madeFiles, writeWorkspace } from './parts.ts';

// Each of them says when it begins and when it has ended, in a file of its own.
const program = `
const fs = require('fs');
const [name] = process.argv.slice(1);
const say = (word) => fs.appendFileSync('made/' + name + '.txt', word + ' ');
say('begun');
const timer = setInterval(() => {
  if (!fs.existsSync('made/go') && process.uptime() < 120) return;
  clearInterval(timer);
  say('ended');
}, 20);
`;

/** A workspace with a playbook whose two steps side by side take until `letGo`. */
export function writeSlow(system: string): string {
  const own = `.tars-console/playbooks/${system}`;
  const step = (id: string) => `      - id: ${id}
        title: Take time for ${id}
        command: [node, -e, ${JSON.stringify(program)}, ${id}]
`;
  return writeWorkspace({
    [`${own}/system.yaml`]: `name: ${system}
title: ${system}
description: Takes its time.
namespace: ${system}
workloads: [Deployment/none]
`,
    [`${own}/manifests/namespace.yaml`]: `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${system} }\n`,
    [`${own}/slow.yaml`]: `title: Takes its time
steps:
  - { id: namespace, title: Make the namespace, apply: manifests/namespace.yaml }
  - id: beside
    title: Side by side
    parallel:
${step('one')}${step('two')}  - { id: after, title: Afterwards, command: [node, -e, "require('fs').appendFileSync('made/after.txt', 'done ')"] }
`,
  });
}

/** Resolves when both steps that take their time are at work. */
export async function atWork(workspace: string): Promise<void> {
  const begun = () => Object.values(madeFiles(workspace)).filter((text) => text.startsWith('begun ')).length;
  while (begun() < 2) await wait(10);
}

/** Lets them end. */
export function letGo(workspace: string): void {
  writeFileSync(join(workspace, 'made', 'go'), '');
}
