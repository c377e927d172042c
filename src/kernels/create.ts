import type { Int8Kernels, KernelFactory, Step } from '../core/execute/int8/kernels.ts';
import { createReferenceKernels } from '../core/execute/int8/reference/index.ts';
import { fastConv, fastDense } from './convolution.ts';
import { fastDepthwise } from './depthwise.ts';
import type { FastOp } from './fast-op.ts';
import { link } from './link.ts';
import type { Machine } from './machine.ts';
import { fastMaxPool } from './max-pool.ts';
import { Workspace } from './memory.ts';
import { fastJoin, fastMove } from './moves.ts';
import { fastMultiply } from './multiply.ts';
import { fastAdd, fastLookup, fastWeightedSum } from './rowwise.ts';
import { fastAverage, fastFloatSum, fastSum } from './sums.ts';

/**
 * Kernels in WebAssembly, bit for bit those of core/execute/int8/reference. An op whose form has no fast kernel runs on
 * the reference's, as does any kernel that is only a part of an op.
 */
export function fastKernels(machine: Machine): KernelFactory {
  return () => createFastKernels(machine);
}

/** The machine that a plan of these ops needs: without threads where it is small. */
function machineFor(fastOps: Iterable<FastOp>, { threads, ...alone }: Machine): Machine {
  let products = 0;
  for (const op of fastOps) products += op.products ?? 0;
  return threads && products >= threads.when.products ? { ...alone, threads } : alone;
}

/** One entry a kernel and nothing else, which is why it is long. */
function createFastKernels(machine: Machine): Int8Kernels {
  const reference = createReferenceKernels();
  const { form } = machine;
  const fastOps = new Map<Step, FastOp>();
  /** The plain step, until `link` puts the fast op in its place. */
  const either = (fast: FastOp | undefined, plain: () => Step): Step => {
    let prepared: Step | undefined;
    const step = () => {
      prepared ??= plain();
      prepared();
    };
    if (fast !== undefined) fastOps.set(step, fast);
    return step;
  };
  return {
    ...reference,
    conv2d: (params, input, output) =>
      either(fastConv(params, { input, output }, form), () => reference.conv2d(params, input, output)),
    dense: (params, input, output) =>
      either(fastDense(params, { input, output }, form), () => reference.dense(params, input, output)),
    depthwiseConv2d: (params, input, output) =>
      either(fastDepthwise(params, { input, output }, form), () =>
        reference.depthwiseConv2d(params, input, output),
      ),
    averagePool: (params, input, output) =>
      either(fastAverage(params, { input, output }, form), () =>
        reference.averagePool(params, input, output),
      ),
    sum: (params, input, output) =>
      either(fastSum(params, { input, output }, form), () => reference.sum(params, input, output)),
    sumInFloat: (params, input, output) =>
      either(fastFloatSum(params, { input, output }, form), () =>
        reference.sumInFloat(params, input, output),
      ),
    maxPool: (params, input, output) =>
      either(fastMaxPool(params, input, output), () => reference.maxPool(params, input, output)),
    add: (params, operands, output) =>
      either(fastAdd(params, operands, output), () => reference.add(params, operands, output)),
    weightedSum: (params, operands, output) =>
      either(fastWeightedSum(params, operands, output), () =>
        reference.weightedSum(params, operands, output),
      ),
    lookup: (table, input, output) =>
      either(fastLookup(table, input, output), () => reference.lookup(table, input, output)),
    multiply: (params, operands, output) =>
      either(fastMultiply(params, operands, output), () => reference.multiply(params, operands, output)),
    move: (params, input, output) =>
      either(fastMove(params, input, output), () => reference.move(params, input, output)),
    join: (params, inputs, output) =>
      either(fastJoin(params, inputs, output), () => reference.join(params, inputs, output)),
    link: (plan) => link(new Workspace(machineFor(fastOps.values(), machine)), plan, fastOps),
  };
}
