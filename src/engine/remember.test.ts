import { expect, test } from 'vitest';
import { type Call, quietCall } from '../core/call.ts';
import { Problem } from '../core/problem.ts';
import { recognize, remember } from './remember.ts';

function cancelled(): Problem {
  return new Problem('compute/cancelled', 'cancelled');
}

/** A call that a test can cancel. */
function cancellable(): { readonly call: Call; readonly cancel: () => void } {
  let wanted = true;
  const checkpoint = async () => {
    if (!wanted) throw cancelled();
  };
  return {
    call: { ...quietCall, checkpoint },
    cancel: () => {
      wanted = false;
    },
  };
}

/** A step that waits to be told to go on, then asks its call, and counts how often it began. */
function waitingStep() {
  const began: (() => void)[] = [];
  const step = remember(async ([value]: readonly [number], call) => {
    await new Promise<void>((resolve) => began.push(resolve));
    await call.checkpoint();
    return value * 2;
  });
  return { step, began };
}

test('only the steps behind an edit run again', async () => {
  const ran: string[] = [];
  const observe = remember(async ([pictures]: readonly [readonly string[]]) => {
    ran.push('observe');
    return { max: pictures.length };
  });
  const choose = remember(async ([{ max }, factor]: readonly [{ readonly max: number }, number]) => {
    ran.push('choose');
    return max * factor;
  });
  const pictures = ['a', 'b'];
  const both = async (factor: number) => choose([await observe([pictures], quietCall), factor], quietCall);
  expect([await both(1), await both(1), await both(0.5)]).toEqual([2, 2, 1]);
  expect(ran).toEqual(['observe', 'choose', 'choose']);
});

test('a failed step is tried again', async () => {
  let tries = 0;
  const step = remember(async (_: readonly [number]) => {
    tries += 1;
    if (tries === 1) throw new Problem('images/none', 'none');
    return tries;
  });
  await expect(step([1], quietCall)).rejects.toThrow('none');
  expect(await step([1], quietCall)).toBe(2);
});

test('two calls share one run', async () => {
  const { step, began } = waitingStep();
  const both = [step([3], quietCall), step([3], quietCall)];
  began[0]?.();
  expect(await Promise.all(both)).toEqual([6, 6]);
  expect(began).toHaveLength(1);
});

test('a call that joined a cancelled run gets its result all the same', async () => {
  const { step, began } = waitingStep();
  const first = cancellable();
  const given = step([3], first.call);
  const joined = step([3], quietCall);
  first.cancel();
  began[0]?.();
  await expect(given).rejects.toMatchObject({ code: 'compute/cancelled' });
  await expect.poll(() => began.length).toBe(2);
  began[1]?.();
  expect(await joined).toBe(6);
});

test('a call that joined a cancelled run and was cancelled itself does not begin it again', async () => {
  const { step, began } = waitingStep();
  const [first, second] = [cancellable(), cancellable()];
  const both = [step([3], first.call), step([3], second.call)];
  first.cancel();
  second.cancel();
  began[0]?.();
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(began).toHaveLength(1);
});

test('a copy is recognized, another value is not', () => {
  const same = recognize<{ readonly mean: readonly number[] }>();
  const first = same({ mean: [0] });
  expect(same({ mean: [0] })).toBe(first);
  const other = same({ mean: [1] });
  expect(other).toEqual({ mean: [1] });
  expect(same({ mean: [0] })).not.toBe(first);
});
