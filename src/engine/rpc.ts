import type { Call } from '../core/call.ts';
import { asProblem, type Code, type Details, Problem } from '../core/problem.ts';

/**
 * Typed calls to a worker, with progress, cancellation and problems that keep their code. An api is an interface of
 * methods with one argument: `serve` implements it in the worker, `connect` calls it from the page. Nothing else posts
 * messages.
 */

/** What a method of the worker is given besides its argument. */
export interface WorkerCall extends Call {
  /** Hands these buffers over with the reply instead of copying them. */
  transfer(...buffers: readonly ArrayBuffer[]): void;
}

export type Methods<Api> = {
  [M in keyof Api]: Api[M] extends (argument: infer A) => infer R
    ? (argument: A, call: WorkerCall) => R | Promise<R>
    : never;
};

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number, note: string) => void;
}

export type Client<Api> = {
  [M in keyof Api]: Api[M] extends (argument: infer A) => infer R
    ? (argument: A, options?: CallOptions) => Promise<R>
    : never;
} & {
  /** Ends every waiting call with `reason`, and every later one. */
  close(reason: Problem): void;
};

/** Structured clone drops the fields of errors, so problems cross as data. */
interface ProblemData {
  readonly code: Code;
  readonly message: string;
  readonly details: Details;
}

type ToWorker =
  | { readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly id: number; readonly cancel: true };
type ToPage =
  | { readonly id: number; readonly progress: number; readonly note: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: ProblemData };

/** The part of a Worker, and of a worker's own scope, that calls need. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export function cancelled(): Problem {
  return new Problem('compute/cancelled', 'The work was cancelled.');
}

/** Lets waiting messages in. A timer would do, but browsers slow nested timers to 4 ms. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

export function serve<Api>(port: Port, methods: Methods<Api>): void {
  const wanted = new Set<number>();
  const send = (message: ToPage, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, [...transfer]);
  const run = async (id: number, method: string, argument: unknown): Promise<void> => {
    const buffers: ArrayBuffer[] = [];
    const call: WorkerCall = {
      progress: (progress, note) => send({ id, progress, note }),
      transfer: (...more) => buffers.push(...more),
      checkpoint: async () => {
        await pause();
        if (!wanted.has(id)) throw cancelled();
      },
    };
    try {
      const implementation = methods[method as keyof Api] as (a: unknown, c: WorkerCall) => unknown;
      send({ id, value: await implementation(argument, call) }, buffers);
    } catch (error) {
      const { code, message, details } = asProblem(error);
      send({ id, problem: { code, message, details } });
    } finally {
      wanted.delete(id);
    }
  };
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if ('cancel' in data) {
      wanted.delete(data.id);
      return;
    }
    wanted.add(data.id);
    void run(data.id, data.method, data.argument);
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (problem: Problem) => void;
  readonly onProgress: CallOptions['onProgress'];
}

export function connect<Api>(port: Port): Client<Api> {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let closed: Problem | undefined;

  const receive = (data: ToPage): void => {
    const call = waiting.get(data.id);
    // A reply that was on its way when the call was cancelled.
    if (call === undefined) return;
    if ('progress' in data) {
      call.onProgress?.(data.progress, data.note);
      return;
    }
    waiting.delete(data.id);
    if ('value' in data) call.resolve(data.value);
    else call.reject(new Problem(data.problem.code, data.problem.message, data.problem.details));
  };
  port.onmessage = ({ data }: MessageEvent<ToPage>) => receive(data);

  const start = (method: string, argument: unknown, { signal, onProgress }: CallOptions): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed !== undefined) return reject(closed);
      if (signal?.aborted) return reject(cancelled());
      const id = nextId++;
      const stop = () => {
        waiting.delete(id);
        port.postMessage({ id, cancel: true } satisfies ToWorker);
        reject(cancelled());
      };
      const forget = () => signal?.removeEventListener('abort', stop);
      waiting.set(id, {
        resolve: (value) => {
          forget();
          resolve(value);
        },
        reject: (problem) => {
          forget();
          reject(problem);
        },
        onProgress,
      });
      signal?.addEventListener('abort', stop, { once: true });
      port.postMessage({ id, method, argument } satisfies ToWorker);
    });

  const close = (reason: Problem): void => {
    closed = reason;
    for (const call of waiting.values()) call.reject(reason);
    waiting.clear();
  };
  return new Proxy({ close } as Client<Api>, {
    get: (own, method: string) =>
      method === 'close'
        ? own.close
        : (argument: unknown, options: CallOptions = {}) => start(method, argument, options),
  });
}
