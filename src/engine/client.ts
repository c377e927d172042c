import { Problem } from '../core/problem.ts';
import type { EngineApi } from './api.ts';
import { type Client, connect } from './rpc.ts';

export interface Engine {
  readonly api: Client<EngineApi>;
  /** Ends the worker at once, whatever it is doing; every waiting call is rejected with `reason`. */
  stop(reason: Problem): void;
}

/** The message of a worker that died, which says nothing about why. */
function died(): Problem {
  return new Problem(
    'compute/runtime',
    'The part of the studio that computes has stopped. The model and the pictures are still here.',
    { died: true },
  );
}

/**
 * Starts the worker.
 * @param onDeath - called once when it dies by itself.
 */
export function startEngine(onDeath: (problem: Problem) => void): Engine {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const api = connect<EngineApi>(worker);
  let ended = false;
  const end = (reason: Problem): void => {
    ended = true;
    worker.terminate();
    api.close(reason);
  };
  const die = () => {
    if (ended) return;
    const problem = died();
    end(problem);
    onDeath(problem);
  };
  worker.onerror = die;
  worker.onmessageerror = die;
  return { api, stop: end };
}
