import { Problem } from '../../../problem.ts';
import type { Int8Value, OpContext } from '../context.ts';
import type { Step } from '../kernels.ts';

/**
 * A step that stops the run when its input holds a value that the op's kernel refuses; `undefined` work where no such
 * value exists.
 */
export function guard(
  context: OpContext,
  input: Int8Value,
  { allowed, what }: { readonly allowed: (value: number) => boolean; readonly what: string },
): Step {
  const refused = Uint8Array.from({ length: 256 }, (_, byte) => (allowed((byte << 24) >> 24) ? 0 : 1));
  if (!refused.includes(1)) return () => {};
  const name = context.describe();
  return () => {
    for (let i = 0; i < input.data.length; i++) {
      if (refused[(input.data[i] as number) & 255] === 1) {
        throw new Problem(
          'compute/runtime',
          `${name} met ${what} in "${input.name}". Kernels on devices stop there as well: keep this op in float.`,
          { tensor: input.id },
        );
      }
    }
  };
}
