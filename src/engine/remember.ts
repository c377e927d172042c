import type { Call } from '../core/call.ts';

/**
 * Keeps the last result of a step, and redoes the step only when one of its inputs is another object. A chain of
 * remembered steps recomputes exactly what an edit made stale. A step that failed or was cancelled is forgotten.
 *
 * Inputs are compared by identity, which works because everything is immutable.
 */
export function remember<Inputs extends readonly unknown[], Output>(
  step: (inputs: Inputs, call: Call) => Promise<Output>,
): (inputs: Inputs, call: Call) => Promise<Output> {
  let last: { readonly inputs: Inputs; readonly output: Promise<Output> } | undefined;
  return (inputs, call) => {
    if (last?.inputs.every((input, i) => input === inputs[i])) return last.output;
    const attempt = { inputs, output: step(inputs, call) };
    last = attempt;
    attempt.output.catch(() => {
      if (last === attempt) last = undefined;
    });
    return attempt.output;
  };
}
