/** Several threads for one plan: the leader's side. What they agree on in memory is in assembly/team.ts. */
import type { KernelFunctions, TeamFunctions } from './functions.ts';
import { type Address, maximumPages, type WasmMemory, type WasmModule, wasm } from './webassembly.ts';

/** A plan's memory and the team that works in it. */
export interface Team {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly address: Address;
  readonly functions: TeamFunctions;
}

/** What a helper is told; structured clones all the way. */
export interface HelpTask extends Pick<Team, 'module' | 'memory' | 'address'> {
  /** Which helper it is, from 1. */
  readonly helper: number;
}

/** A thread that runs `help` (help.ts) for every task, in order. */
export interface HelperThread {
  post(task: HelpTask): void;
  end(): void;
}
/** Starts a thread or throws; `failed` is called when it ends by itself or throws. */
export type StartHelper = (failed: () => void) => HelperThread;

/**
 * Memories that a helper sees in its life. It has no reason to collect garbage, and each that it has seen keeps about 10 GB
 * of addresses, of which a browser has some hundred times as much.
 */
const MEMORIES = 8;

/**
 * Threads that help whichever plan runs. They start with the first plan; no plan waits for them. A helper that fails, or
 * cannot be started, ends the pool: from then on plans run on their own thread alone, with the same results.
 */
export class HelperPool {
  readonly size: number;
  readonly #start: StartHelper;
  readonly #helpers: HelperThread[] = [];
  #team: Team | undefined;
  /** Plans that the present helpers have been sent to. */
  #seen = new WeakSet<Team>();
  #memories = 0;
  readonly #most: number;
  #disposed = false;

  /**
   * @param size - threads beside the one that leads
   * @param memories - plans after which helpers are replaced
   */
  constructor(start: StartHelper, size: number, memories = MEMORIES) {
    this.#start = start;
    this.size = size;
    this.#most = memories;
  }

  /** Sends the helpers to the plan that is about to run, which costs nothing if they are there. */
  attend(team: Team, { work, pause }: Worthwhile): void {
    if (this.#disposed || this.#team === team) return;
    this.#leave();
    this.#meet(team);
    this.#team = team;
    team.functions.lead(team.address, work, pause);
    try {
      this.#send(team);
    } catch {
      this.dispose();
    }
  }

  #send({ module, memory, address }: Team): void {
    while (this.#helpers.length < this.size) this.#helpers.push(this.#start(() => this.dispose()));
    this.#helpers.forEach((thread, k) => {
      thread.post({ module, memory, address, helper: k + 1 });
    });
  }

  /** Has new helpers start where the present ones have seen too many memories. */
  #meet(team: Team): void {
    if (this.#seen.has(team)) return;
    if (this.#memories === this.#most) {
      this.#end();
      this.#seen = new WeakSet();
      this.#memories = 0;
    }
    this.#seen.add(team);
    this.#memories += 1;
  }

  #end(): void {
    for (const thread of this.#helpers.splice(0)) thread.end();
  }

  #leave(): void {
    this.#team?.functions.dismiss(this.#team.address);
    this.#team = undefined;
  }

  /** Ends all helpers. Only between steps, as everything here: then none of them holds a chunk that a leader waits for. */
  dispose(): void {
    this.#leave();
    this.#disposed = true;
    this.#end();
  }
}

/** When threads are worth what they cost. */
export interface Worthwhile {
  /** Products of a plan that gets a memory for several threads. */
  readonly products: number;
  /** Work of a call that is shared (assembly/team.ts, `share`). */
  readonly work: number;
  /** Work done by one thread after threads were in each other's way, because the machine had no core to spare. */
  readonly pause: number;
}
/**
 * A plan of about 0.2 ms, a call of about 3 µs: handing over costs a few tenths of one. A pause of some 3 ms: with 50 ms,
 * MobileNetV2 on a quiet machine was mostly computed alone; with half a millisecond, 1.1 times slower where no core is free.
 */
export const worthwhile: Worthwhile = { products: 12e6, work: 2 ** 13, pause: 2 ** 23 };

/** The build for several threads, who helps, and when. */
export interface Threads {
  readonly module: WasmModule;
  readonly pool: HelperPool;
  readonly when: Worthwhile;
}

/** The kernels in a memory that threads can share; undefined where the engine has no room for one. */
export function instantiateShared(
  module: WasmModule,
): { readonly memory: WasmMemory; readonly kernels: KernelFunctions & TeamFunctions } | undefined {
  try {
    const memory = new wasm.Memory({ initial: 1, maximum: maximumPages, shared: true });
    const { exports } = new wasm.Instance(module, { env: { memory } });
    return { memory, kernels: exports as KernelFunctions & TeamFunctions };
  } catch {
    return undefined;
  }
}
