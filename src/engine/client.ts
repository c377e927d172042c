import { Problem } from '../core/problem.ts';
import type { EngineApi } from './api.ts';
import { type Client, connect } from './rpc.ts';

export interface Engine {
  readonly api: Client<EngineApi>;
  /** Ends the worker at once, whatever it is doing; every waiting call is rejected with `reason`. */
  stop(reason: Problem): void;
}

/** A worker says nothing about why it ended. */
function stopped(): Problem {
  const text = 'The part of the studio that computes has stopped. The model and the pictures are still here.';
  return new Problem('compute/stopped', text);
}

/**
 * Calls `ended` once the worker is no more. One that closes itself, or that is ended because it took too much memory, fires
 * no event, but its lock becomes free.
 */
async function watchLock(api: Client<EngineApi>, ended: () => void): Promise<void> {
  const life = await api.ping(undefined);
  if (life !== '') await navigator.locks.request(life, ended);
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
    const problem = stopped();
    end(problem);
    onDeath(problem);
  };
  worker.onerror = die;
  worker.onmessageerror = die;
  // A worker that ended before it answered has been noticed otherwise.
  watchLock(api, die).catch(() => {});
  return { api, stop: end };
}
