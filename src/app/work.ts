import { openSizesOf } from '../core/onnx/open-sizes.ts';
import { asProblem } from '../core/problem.ts';
import type { ShownProblem } from './state.ts';
import { getState, setState } from './store.ts';

type Remedy = ShownProblem['remedy'];

/** The piece of work that is wanted now. */
let running: AbortController | undefined;
/** The latest one, wanted or not: the next begins when it has put things back in order. */
let latest: Promise<void> = Promise.resolve();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Pause between an edit and the work that follows, ms, so that a row of edits starts it once. */
const settle = 100;

/** Says on the page what went wrong. */
export function show(error: unknown, remedy: Remedy = 'none'): void {
  const { code, message, details } = asProblem(error);
  // That the worker stopped has been shown already, with its own remedy.
  if (code === 'compute/cancelled' || code === 'compute/stopped') return;
  const asks = openSizesOf({ code, details }).length > 0;
  setState({ problem: { code, message, details, remedy: asks ? 'sizes' : remedy } });
}

export function busy(fraction: number, note: string): void {
  setState({ work: { kind: 'busy', fraction, note } });
}

/** Ends a task that is no longer wanted between two of its steps, where page and worker have the same files open. */
export function nextStep(signal: AbortSignal, note: string): void {
  signal.throwIfAborted();
  busy(0, note);
}

/** Whether something is going on, or begins after a row of edits. */
export function isWorking(): boolean {
  return getState().work.kind === 'busy';
}

function abandon(): void {
  clearTimeout(timer);
  running?.abort();
  running = undefined;
}

/** Nothing is wanted any more. */
export function stopWork(): void {
  abandon();
  setState({ work: { kind: 'idle' } });
}

type Task = (signal: AbortSignal) => Promise<void>;

interface Options {
  /** What a click can do when it fails. */
  readonly remedy?: Remedy;
  /** Leaves the problem that is shown in sight. */
  readonly keepProblem?: boolean;
}

/** Runs one piece of work at a time; another one takes its place. */
export function work(note: string, task: Task, { remedy, keepProblem = false }: Options = {}): Promise<void> {
  abandon();
  const own = new AbortController();
  running = own;
  setState({ work: { kind: 'busy', fraction: 0, note } });
  if (!keepProblem) setState({ problem: undefined });
  latest = run(latest, { own, task, remedy });
  return latest;
}

interface Piece {
  readonly own: AbortController;
  readonly task: Task;
  readonly remedy: Remedy | undefined;
}

async function run(before: Promise<void>, { own, task, remedy }: Piece): Promise<void> {
  await before;
  try {
    own.signal.throwIfAborted();
    await task(own.signal);
  } catch (error) {
    if (running === own) show(error, remedy);
  } finally {
    if (running === own) stopWork();
  }
}

/** Starts a piece of work once no other is asked for. From now on what is shown is being updated. */
export function soon(start: () => void): void {
  clearTimeout(timer);
  setState({ work: { kind: 'busy', fraction: 0, note: 'Computing' } });
  timer = setTimeout(start, settle);
}
