import { tensorAt } from '../model/graph.ts';
import { storedValues } from '../model/stored-values.ts';
import type { Graph, Sample, Tensor, TensorData } from '../model/types.ts';

/** Whether a tensor's elements stand for real numbers: floats, or integers with a scale. */
export function isReal({ dtype, quant }: Tensor): boolean {
  return dtype === 'float32' || quant !== undefined;
}

/** The real numbers that an activation's value stands for, f32((q − zeroPoint) · scale); always a copy. */
export function realsOf(value: TensorData, { quant }: Tensor): Float32Array {
  if (quant === undefined) return Float32Array.from(value.data as Iterable<number | bigint>, Number);
  const [scale = 0] = quant.scale;
  const [zeroPoint = 0] = quant.zeroPoint;
  const reals = new Float32Array(value.data.length);
  for (let i = 0; i < reals.length; i++) reals[i] = (Number(value.data[i]) - zeroPoint) * scale;
  return reals;
}

/** Real numbers as a value of `tensor`, quantized where it is. */
export function storedIn(reals: Float32Array, tensor: Tensor): TensorData {
  return { shape: tensor.shape, dtype: tensor.dtype, data: storedValues(reals, tensor) };
}

/** Inputs of `from` as inputs of `to`: the same real numbers where their types differ. */
export function refit(sample: Sample, from: Graph, to: Graph): Sample {
  return sample.map((value, i) => {
    const [source, target] = [from.inputs[i], to.inputs[i]];
    if (source === undefined || target === undefined) return value;
    const [own, other] = [tensorAt(from, source), tensorAt(to, target)];
    return sameGrid(own, other) ? value : storedIn(realsOf(value, own), other);
  });
}

function sameGrid(a: Tensor, b: Tensor): boolean {
  return (
    a.dtype === b.dtype &&
    a.quant?.scale[0] === b.quant?.scale[0] &&
    a.quant?.zeroPoint[0] === b.quant?.zeroPoint[0]
  );
}
