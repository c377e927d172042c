import type { FullResult, Reporter, Suite } from '@playwright/test/reporter';

/** Prints `N passed, N failed` last, as the unit tests do. */
export default class ClosingLineReporter implements Reporter {
  #suite: Suite | undefined;
  #errors = 0;

  onBegin(_: unknown, suite: Suite): void {
    this.#suite = suite;
  }

  onError(): void {
    this.#errors += 1;
  }

  onEnd(_: FullResult): void {
    const outcomes = (this.#suite?.allTests() ?? []).map((test) => test.outcome());
    const count = (...kinds: readonly string[]) =>
      outcomes.filter((outcome) => kinds.includes(outcome)).length;
    const skipped = count('skipped');
    const failed = count('unexpected') + this.#errors;
    console.log(
      `\n${count('expected', 'flaky')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    );
  }
}
