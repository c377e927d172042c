import { computesInIntegers } from '../core/execute/choose.ts';
import type { Executor } from '../core/execute/executor.ts';
import { type Arithmetic, arithmetics } from '../core/execute/int8/context.ts';
import { createInt8Executor } from '../core/execute/int8/executor.ts';
import { mainGraph } from '../core/model/graph.ts';
import type { Model, TensorId } from '../core/model/types.ts';
import { prepare } from '../core/prepare/prepare.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { type Arguments, textOption, usageProblem } from './arguments.ts';
import { nodeKernels } from './kernel-builds.ts';

/**
 * The model as it is executed: a float one prepared, with constants widened; any other as its file has it. What came as
 * ONNX is its file, and rounds where that does, though what it is translated to leaves this out.
 */
export function runnable(model: Model): Model {
  if (computesInIntegers(mainGraph(model))) return model;
  const { model: float } = prepare(model);
  return model.original === undefined ? float : { ...float, original: model.original };
}

/** All activations that ops write. */
export function activations(model: Model): readonly TensorId[] {
  return mainGraph(model).ops.flatMap((op) => op.outputs.filter((id) => id >= 0));
}

export const arithmeticOption = {
  type: 'string',
  value: 'NAME',
  help: 'rounding of int8 kernels: tflm (microcontrollers; the default), litert-reference or xnnpack (browsers, phones)',
} as const;

/** @throws Problem `usage` for an unknown name. */
export function parseArithmetic(args: Arguments): Arithmetic {
  const name = textOption(args, 'arithmetic') ?? 'tflm';
  const known = arithmetics.find((candidate) => candidate === name);
  if (known === undefined)
    throw usageProblem(`--arithmetic is “${name}”; known are ${arithmetics.join(', ')}.`);
  return known;
}

/** An executor for a model that is `runnable`. */
export async function openExecutor(
  model: Model,
  { taps, arithmetic }: { readonly taps: readonly TensorId[]; readonly arithmetic: Arithmetic },
): Promise<Executor> {
  if (computesInIntegers(mainGraph(model)))
    return createInt8Executor(model, { arithmetic, taps, kernels: nodeKernels() });
  return createFloatRuntime().create(model, taps);
}
