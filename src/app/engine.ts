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

/** How long a cancelled worker may take to answer, ms: longer than any one picture. */
const patience = 2000;

/** Whether the worker answers; one that hangs in a picture does not. */
async function isAlive(): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), patience));
  const answer = worker()
    .ping(undefined)
    .catch(() => false as const);
  return Promise.race([answer, late]);
}

/** After a cancel: brings a worker that does not let go back to the same files. */
export async function ensureAlive(): Promise<void> {
  if (await isAlive()) return;
  stopWorker();
  await reopen();
}

/** Opens what was open in a worker that has just started. */
export async function reopen(): Promise<void> {
  const { given } = getState();
  if (given.model !== undefined) await worker().open(given.model);
  if (given.model !== undefined && given.samples.length > 0) await worker().setSamples(given.samples);
}
