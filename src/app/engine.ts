import { Problem } from '../core/problem.ts';
import type { EngineApi } from '../engine/api.ts';
import { type Engine, startEngine } from '../engine/client.ts';
import type { Client } from '../engine/rpc.ts';
import { getState, setState } from './store.ts';

let engine: Engine | undefined;
/** Whether there was a worker with files in it that is no more: what it knew must be told to the next one. */
let lost = false;

/** A worker that died is not started again by itself: what killed it would kill it again. */
function onDeath({ code, message, details }: Problem): void {
  engine = undefined;
  lost = true;
  setState({ work: { kind: 'idle' }, problem: { code, message, details, remedy: 'restart' } });
}

/**
 * The worker's calls; starts it when it is first needed.
 * @throws Problem `compute/stopped` after it was lost, until `revive`.
 */
export function worker(): Client<EngineApi> {
  if (lost) throw new Problem('compute/stopped', 'The part of the studio that computes has stopped.');
  engine ??= startEngine(onDeath);
  return engine.api;
}

export function stopWorker(): void {
  if (engine === undefined) return;
  engine.stop(new Problem('compute/cancelled', 'The work was cancelled.'));
  engine = undefined;
  lost = true;
}

/** Sees to a worker that has open what the page shows; does nothing where there is one. */
export async function revive(): Promise<void> {
  if (!lost) return;
  lost = false;
  try {
    await reopen();
  } catch (error) {
    lost = true;
    throw error;
  }
}

/** How long a worker may take to answer, ms: longer than any one picture. */
const patience = 2000;

/** Whether the worker answers; one that hangs in a picture does not. */
export function isAlive(): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), patience));
  const answer = worker()
    .ping(undefined)
    .then(
      () => true,
      () => false,
    );
  return Promise.race([answer, late]);
}

/** Opens what was open in a worker that has just started. */
async function reopen(): Promise<void> {
  const { model, samples } = getState().given;
  if (model === undefined) return;
  await worker().open(model);
  // Another object, so that panels ask again for what the last worker did not give them.
  if (samples.length > 0) setState({ samples: await worker().setSamples(samples) });
}
