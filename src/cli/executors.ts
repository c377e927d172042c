import type { Executor } from '../core/execute/executor.ts';
import type { Arithmetic } from '../core/execute/int8/context.ts';
import { createInt8Executor } from '../core/execute/int8/executor.ts';
import { mainGraph } from '../core/model/graph.ts';
import type { Model, TensorId } from '../core/model/types.ts';
import { isQuantized, prepare } from '../core/prepare/prepare.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { type Arguments, textOption, usageProblem } from './arguments.ts';
import { nodeKernels } from './kernel-builds.ts';

/** The model as it is executed: a float one prepared, with constants widened. */
export interface Runnable {
  readonly model: Model;
  readonly kind: 'float' | 'int8';
}

export function runnable(model: Model): Runnable {
  return isQuantized(model) ? { model, kind: 'int8' } : { model: prepare(model).model, kind: 'float' };
}

/** All activations that ops write. */
export function activations(model: Model): readonly TensorId[] {
  return mainGraph(model).ops.flatMap((op) => op.outputs.filter((id) => id >= 0));
}

const arithmetics: readonly Arithmetic[] = ['tflm', 'litert-reference'];

export const arithmeticOption = {
  type: 'string',
  value: 'NAME',
  help: 'rounding of int8 kernels: tflm (microcontrollers; the default) or litert-reference',
} as const;

/** @throws Problem `usage` for an unknown name. */
export function parseArithmetic(args: Arguments): Arithmetic {
  const name = textOption(args, 'arithmetic') ?? 'tflm';
  const known = arithmetics.find((candidate) => candidate === name);
  if (known === undefined)
    throw usageProblem(`--arithmetic is “${name}”; known are ${arithmetics.join(' and ')}.`);
  return known;
}

/** An executor for either kind of model. */
export async function openExecutor(
  { model, kind }: Runnable,
  { taps, arithmetic }: { readonly taps: readonly TensorId[]; readonly arithmetic: Arithmetic },
): Promise<Executor> {
  if (kind === 'int8') return createInt8Executor(model, { arithmetic, taps, kernels: nodeKernels() });
  return createFloatRuntime().create(model, taps);
}
