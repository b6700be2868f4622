import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { coverageRows } from '../../support/coverage.ts';

/** The projects in which a file of the cluster suite runs. */
const projectsOf = (file: string) => (file.startsWith('cluster/suite/') ? ['sandbox', 'real control plane'] : ['both']);

/**
 * Holds what `docs/coverage.md` says against what ran: every test of the cluster suite that it names must have passed, on both
 * servers. What takes a whole cluster of its own, or charts from elsewhere, skips the real control plane by its own word; it is
 * counted, and must have passed on the sandbox. Says nothing when only some of the files were run.
 */
export default class CoverageOfGuides implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const named = new Set(
      coverageRows().flatMap(({ shownBy: by }) =>
        by?.file.startsWith('cluster/')
          ? projectsOf(by.file).map((project) => `${project}: ${by.file}: ${by.title}`)
          : [],
      ),
    );
    const files = modules.map(fileOf);
    if ([...named].some((line) => !files.some((file) => line.startsWith(`${file}: `)))) return;
    const [passed, skipped, others] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const module of modules)
      for (const test of module.children.allTests())
        for (const title of titlesOf(test)) {
          const { state } = test.result();
          const told = state === 'passed' ? passed : state === 'skipped' ? skipped : others;
          told.add(`${fileOf(module)}: ${title}`);
        }
    const leftOut = [...named].filter((line) => line.startsWith('real') && skipped.has(line) && !passed.has(line));
    const missing = [...named].filter((line) => !leftOut.includes(line) && (!passed.has(line) || others.has(line)));
    const ran = named.size - leftOut.length;
    console.log(` What the guides say: ${ran - missing.length} of ${ran} tests ran and passed`);
    if (leftOut.length > 0) console.log(` On the sandbox alone: ${leftOut.length} of them`);
    for (const line of missing) console.log(` docs/coverage.md names what did not pass: ${line}`);
    if (missing.length > 0) process.exitCode = 1;
  }
}

function fileOf({ project, moduleId }: TestModule): string {
  return `${project.name}: ${moduleId.slice(moduleId.lastIndexOf('/test/') + '/test/'.length)}`;
}

/** Its own title and those of the groups that it stands in. */
function titlesOf(test: TestCase): string[] {
  const titles = [test.name];
  for (let above = test.parent; above.type === 'suite'; above = above.parent) titles.push(above.name);
  return titles;
}
