/** Pools and machines whose helpers a test can count on. */
import type { Machine } from '../../src/kernels/machine.ts';
import { HelperPool, type Team, type Worthwhile } from '../../src/kernels/threads.ts';

/** Whatever can be split is shared, however small. */
export const always: Worthwhile = { products: 0, work: 0, pause: 0 };

export function sharing({ threads, ...machine }: Machine, when: Worthwhile): Machine {
  return threads ? { ...machine, threads: { ...threads, when } } : machine;
}

/** Waits for its helpers, so that even one short call can be shared, and counts what they did. */
export class WaitingPool extends HelperPool {
  #team: Team | undefined;
  #chunks = 0;
  #open = true;

  override attend(team: Team, when: Worthwhile): void {
    super.attend(team, when);
    if (!this.#open || team === this.#team) return;
    this.#count();
    const start = performance.now();
    while (team.functions.present(team.address) < this.size)
      if (performance.now() - start > 20_000) throw new Error('no helper came');
    this.#team = team;
    this.#chunks -= this.#done();
  }

  override dispose(): void {
    this.#open = false;
    super.dispose();
  }

  /** Parts of calls that the helpers computed for the present team. */
  #done(): number {
    let sum = 0;
    for (let k = 1; k <= this.size; k++) sum += this.#team?.functions.chunksDone(this.#team.address, k) ?? 0;
    return sum;
  }
  #count(): void {
    this.#chunks += this.#done();
    this.#team = undefined;
  }

  /** Parts of calls that helpers computed so far. */
  get chunks(): number {
    return this.#chunks + this.#done();
  }
}
