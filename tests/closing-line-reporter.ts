import type { Reporter, TestModule } from 'vitest/node';

/** Prints one plain line at the very end of a run, `N passed, N failed`, which CI reads. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'failed' : state] += 1;
      }
      // What breaks outside a test: a file that fails to load, a hook.
      const groups = [module, ...module.children.allSuites()];
      count.failed += groups.filter((group) => group.errors().length > 0).length;
    }
    count.failed += unhandled.length;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    setTimeout(() => console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`), 0);
  }
}
