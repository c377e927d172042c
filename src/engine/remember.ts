import type { Call } from '../core/call.ts';
import { Problem } from '../core/problem.ts';

/**
 * Keeps the last result of a step, and redoes the step only when one of its inputs is another object. A chain of
 * remembered steps recomputes exactly what an edit made stale. A step that failed or was cancelled is forgotten.
 *
 * Inputs are compared by identity, which works because everything is immutable. What the page sends is a copy each time
 * and goes through `recognize` first.
 */
export function remember<Inputs extends readonly unknown[], Output>(
  step: (inputs: Inputs, call: Call) => Promise<Output>,
): (inputs: Inputs, call: Call) => Promise<Output> {
  let last: { readonly inputs: Inputs; readonly output: Promise<Output> } | undefined;

  const begin = (inputs: Inputs, call: Call): Promise<Output> => {
    const attempt = { inputs, output: step(inputs, call) };
    last = attempt;
    attempt.output.catch(() => {
      if (last === attempt) last = undefined;
    });
    return attempt.output;
  };

  return async function result(inputs, call): Promise<Output> {
    if (!last?.inputs.every((input, i) => input === inputs[i])) return begin(inputs, call);
    try {
      return await last.output;
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'compute/cancelled')) throw error;
      // Whoever began the step gave up after this call had joined, which still wants the result unless its own
      // checkpoint says otherwise.
      await call.checkpoint();
      return result(inputs, call);
    }
  };
}

/** Gives the last object again in place of a copy that says the same. For plain JSON. */
export function recognize<T>(): (value: T) => T {
  let last: { readonly text: string; readonly value: T } | undefined;
  return (value) => {
    const text = JSON.stringify(value);
    if (last === undefined || last.text !== text) last = { text, value };
    return last.value;
  };
}
