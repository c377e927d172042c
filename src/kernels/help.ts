import type { TeamFunctions } from './functions.ts';
import type { HelpTask } from './threads.ts';
import { wasm } from './webassembly.ts';

/**
 * Helps a plan in another thread until that sends its helpers away. Blocks the thread, so a worker does nothing else.
 * @throws whatever a kernel throws, after its chunk has been left to the leader
 */
export function help({ module, memory, address, helper }: HelpTask): void {
  const functions = new wasm.Instance(module, { env: { memory } }).exports as TeamFunctions;
  try {
    functions.help(address, helper);
  } catch (error) {
    functions.giveUp(address, helper);
    throw error;
  }
}
