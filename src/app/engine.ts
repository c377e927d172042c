import { Problem } from '../core/problem.ts';
import type { EngineApi } from '../engine/api.ts';
import { type Engine, startEngine } from '../engine/client.ts';
import type { Client } from '../engine/rpc.ts';
import { getState, setState } from './store.ts';

let engine: Engine | undefined;

/** A worker that died is not started again by itself: what killed it would kill it again. */
function onDeath({ code, message, details }: Problem): void {
  engine = undefined;
  setState({ work: { kind: 'idle' }, problem: { code, message, details, remedy: 'restart' } });
}

/** The worker's calls; starts it when it is first needed. */
export function worker(): Client<EngineApi> {
  engine ??= startEngine(onDeath);
  return engine.api;
}

export function stopWorker(): void {
  engine?.stop(new Problem('compute/cancelled', 'The work was cancelled.'));
  engine = undefined;
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
export async function reopen(): Promise<void> {
  const { model, samples } = getState().given;
  if (model === undefined) return;
  await worker().open(model);
  // Another object, so that panels ask again for what the last worker did not give them.
  if (samples.length > 0) setState({ samples: await worker().setSamples(samples) });
}
