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
      send({ id, value: await implementation.call(methods, argument, call) }, buffers);
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

/** The page's end: which calls wait for what. */
class Calls {
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closed: Problem | undefined;

  constructor(port: Port) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<ToPage>) => this.#receive(data);
  }

  async start(method: string, argument: unknown, { signal, onProgress }: CallOptions): Promise<unknown> {
    if (this.#closed !== undefined) throw this.#closed;
    if (signal?.aborted) throw cancelled();
    const id = this.#nextId++;
    this.#send({ id, method, argument });
    const stop = () => {
      this.#send({ id, cancel: true });
      this.#waiting.get(id)?.reject(cancelled());
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject, onProgress });
      });
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener('abort', stop);
    }
  }

  close(reason: Problem): void {
    this.#closed = reason;
    for (const call of this.#waiting.values()) call.reject(reason);
  }

  /** @throws Problem `internal` for what structured clone refuses. */
  #send(message: ToWorker): void {
    try {
      this.#port.postMessage(message);
    } catch (error) {
      throw asProblem(error);
    }
  }

  #receive(data: ToPage): void {
    const call = this.#waiting.get(data.id);
    // A reply that was on its way when the call was cancelled.
    if (call === undefined) return;
    if ('progress' in data) call.onProgress?.(data.progress, data.note);
    else if ('value' in data) call.resolve(data.value);
    else call.reject(new Problem(data.problem.code, data.problem.message, data.problem.details));
  }
}

export function connect<Api>(port: Port): Client<Api> {
  const calls = new Calls(port);
  const close = (reason: Problem) => calls.close(reason);
  return new Proxy({ close } as Client<Api>, {
    get: (own, method: string) =>
      method === 'close'
        ? own.close
        : (argument: unknown, options: CallOptions = {}) => calls.start(method, argument, options),
  });
}
