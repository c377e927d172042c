import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Problem } from '../core/problem.ts';
import { type Client, connect, type Methods, type Port, serve, type WorkerCall } from './rpc.ts';

interface Api {
  add(pair: readonly [number, number]): number;
  count(to: number): number;
  fail(kind: 'problem' | 'bug'): never;
  bytes(length: number): Uint8Array<ArrayBuffer>;
  unsendable(): unknown;
}

/** A class, because the session is one: its methods need their `this`. */
class Counter implements Methods<Api> {
  reached = 0;

  add([a, b]: readonly [number, number]): number {
    return a + b;
  }

  async count(to: number, call: WorkerCall): Promise<number> {
    for (this.reached = 0; this.reached < to; this.reached++) {
      call.progress(this.reached / to, `Step ${this.reached}`);
      await call.checkpoint();
    }
    return this.reached;
  }

  fail(kind: 'problem' | 'bug'): never {
    if (kind === 'problem') throw new Problem('model/unsupported-op', 'This op is not known.', { op: 7 });
    throw new TypeError('x is undefined');
  }

  bytes(length: number, call: WorkerCall): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    call.transfer(bytes.buffer);
    return bytes;
  }

  unsendable(): unknown {
    return () => {};
  }
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

function pair(): { readonly client: Client<Api>; readonly counter: Counter } {
  const { port1, port2 } = new MessageChannel();
  const counter = new Counter();
  serve<Api>(port2 as unknown as Port, counter);
  open.push(() => port1.close());
  return { client: connect<Api>(port1 as unknown as Port), counter };
}

test('returns a value', async () => {
  const { client } = pair();
  expect(await client.add([2, 3])).toBe(5);
});

test('reports progress in words', async () => {
  const { client } = pair();
  const seen: (readonly [number, string])[] = [];
  expect(await client.count(3, { onProgress: (fraction, note) => seen.push([fraction, note]) })).toBe(3);
  expect(seen).toEqual([
    [0, 'Step 0'],
    [1 / 3, 'Step 1'],
    [2 / 3, 'Step 2'],
  ]);
});

test('a problem keeps its class, code and details', async () => {
  const { client } = pair();
  const problem = await client.fail('problem').catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ code: 'model/unsupported-op', details: { op: 7 } });
});

test('any other exception is an internal problem', async () => {
  const { client } = pair();
  await expect(client.fail('bug')).rejects.toMatchObject({ code: 'internal' });
});

test('an answer that cannot be sent is a problem, not silence', async () => {
  const { client } = pair();
  await expect(client.unsendable(undefined)).rejects.toMatchObject({ code: 'internal' });
});

test('a question that cannot be sent is refused at once, and nothing waits for it', async () => {
  const { client } = pair();
  const stop = new AbortController();
  const argument = [1, () => 2] as unknown as readonly [number, number];
  await expect(client.add(argument, { signal: stop.signal })).rejects.toMatchObject({ code: 'internal' });
  stop.abort();
  expect(await client.add([1, 1])).toBe(2);
});

test('cancel stops the work, not only the wait', async () => {
  const { client, counter } = pair();
  const stop = new AbortController();
  const onProgress = (fraction: number) => {
    if (fraction > 0) stop.abort();
  };
  const counting = client.count(1e9, { signal: stop.signal, onProgress });
  await expect(counting).rejects.toMatchObject({ code: 'compute/cancelled' });
  await wait(30);
  const { reached } = counter;
  await wait(30);
  expect(counter.reached).toBe(reached);
});

test('what was cancelled before it began is never sent', async () => {
  const { client, counter } = pair();
  const signal = AbortSignal.abort();
  await expect(client.count(3, { signal })).rejects.toMatchObject({ code: 'compute/cancelled' });
  await client.add([1, 1]);
  expect(counter.reached).toBe(0);
});

test('buffers move instead of being copied', async () => {
  const { client } = pair();
  expect((await client.bytes(8)).length).toBe(8);
});

test('closing settles every call, those that come later included', async () => {
  const { client } = pair();
  const counting = client.count(1e9);
  const reason = new Problem('compute/runtime', 'crashed');
  client.close(reason);
  await expect(counting).rejects.toBe(reason);
  await expect(client.add([1, 1])).rejects.toBe(reason);
});
