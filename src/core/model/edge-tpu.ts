import { mainGraph, opName } from './graph.ts';
import type { Model } from './types.ts';

/** The op that the Edge TPU's compiler puts in place of all layers that it takes; its options are the machine code. */
export const edgeTpuOp = 'CUSTOM:edgetpu-custom-op';

/** Whether a model is what the Edge TPU's compiler wrote: its layers and weights cannot be read any more. */
export function isCompiledForEdgeTpu(model: Model): boolean {
  return mainGraph(model).ops.some((op) => opName(op) === edgeTpuOp);
}
