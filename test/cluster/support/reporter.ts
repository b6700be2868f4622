import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end how many checks ran on each server. */
export default class ChecksByServer implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      const name = module.project.name;
      const passed = [...module.children.allTests()].filter((test) => test.result().state === 'passed').length;
      counts.set(name, (counts.get(name) ?? 0) + passed);
    }
    for (const [name, passed] of counts) console.log(` Checks passed on ${name}: ${passed}`);
  }
}
