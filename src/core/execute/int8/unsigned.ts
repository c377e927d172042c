/**
 * uint8 models of TensorFlow's first quantizer. A uint8 q with zero point z stands for the same number as the int8
 * q − 128 with zero point z − 128, so a plan keeps uint8 tensors as such int8: one set of kernels serves both, and only
 * the few ops whose arithmetic looks at stored values ask which it was. Values change their sign bit where they enter
 * and leave the plan.
 */
import { isPresent } from '../../model/graph.ts';
import type { Graph, Op, Tensor, TensorData, TensorId } from '../../model/types.ts';

/** The difference between a uint8 and the int8 that it is kept as. */
export const UNSIGNED_OFFSET = 128;
const SIGN_BIT = 0x80;

/** Copies bytes between the two ways of storing; the same operation both ways. */
export function flipSigns(from: Int8Array | Uint8Array, to: Int8Array | Uint8Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (from[i] as number) ^ SIGN_BIT;
}

/** A stored int8 value as the uint8 that it stands for; a copy. */
export function asUnsigned({ shape, data }: TensorData): TensorData {
  const flipped = new Uint8Array(data.length);
  flipSigns(data as Int8Array, flipped);
  return { shape, dtype: 'uint8', data: flipped };
}

function asSigned(tensor: Tensor): Tensor {
  const { quant, data } = tensor;
  const flipped = data === undefined ? undefined : new Uint8Array(data.length);
  if (data !== undefined && flipped !== undefined) flipSigns(data, flipped);
  return {
    ...tensor,
    dtype: 'int8',
    ...(flipped && { data: flipped }),
    ...(quant && { quant: { ...quant, zeroPoint: quant.zeroPoint.map((z) => z - UNSIGNED_OFFSET) } }),
  };
}

/** The tensors of a graph that are uint8. */
export function unsignedTensors(graph: Graph): ReadonlySet<TensorId> {
  return new Set(
    [...graph.tensors.keys()].filter((id) => graph.tensors[id]?.dtype === 'uint8') as TensorId[],
  );
}

/** The graph as kernels see it: no uint8. */
export function signedGraph(graph: Graph): Graph {
  const tensors = graph.tensors.map((tensor) => (tensor.dtype === 'uint8' ? asSigned(tensor) : tensor));
  return { ...graph, tensors };
}

/** Ops whose job it is to change the type. */
const converting: ReadonlySet<Op['kind']> = new Set(['QUANTIZE', 'DEQUANTIZE', 'CAST']);

/** Ops that TensorFlow Lite has for int8, but not for uint8. */
const signedOnly: ReadonlySet<Op['kind']> = new Set([
  'ABS',
  'ADD_N',
  'BATCH_MATMUL',
  'CUMSUM',
  'DYNAMIC_UPDATE_SLICE',
  'ELU',
  'EXP',
  'FILL',
  'LOG',
  'NEG',
  'REDUCE_PROD',
  'RSQRT',
  'SCATTER_ND',
  'SQRT',
  'SQUARED_DIFFERENCE',
  'ZEROS_LIKE',
]);

/** Why an op cannot work on uint8 as it is asked to, as a form that follows its name; `undefined` where it can. */
export function unsignedRefusal(op: Op, graph: Graph): string | undefined {
  if (converting.has(op.kind)) return undefined;
  const types = [...op.inputs, ...op.outputs].filter(isPresent).map((id) => graph.tensors[id]?.dtype);
  if (!types.includes('uint8')) return undefined;
  if (types.includes('int8')) return 'on uint8 and int8 together';
  return signedOnly.has(op.kind) ? 'on uint8' : undefined;
}
