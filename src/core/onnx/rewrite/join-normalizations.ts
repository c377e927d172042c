import type { TensorData } from '../../model/types.ts';
import { batchNormalizationOf, isSound, perChannelOf } from './affine.ts';
import type { Draft } from './draft.ts';

/**
 * A scale or shift per channel right after a BatchNormalization (Caffe's Scale layers) becomes part of it, so that the
 * whole can go into the layer behind, or be one op where there is none.
 */
export function joinNormalizations(draft: Draft): void {
  for (const node of draft.nodes) {
    const input = node.inputs.find((name) => draft.makerOf(name)?.type === 'BatchNormalization') ?? '';
    const normalization = draft.makerOf(input);
    const affine = normalization && draft.isPrivate(input) ? perChannelOf(draft, node, 1) : undefined;
    if (normalization === undefined || affine?.input !== input || !isSound(affine)) continue;
    if (batchNormalizationOf(draft, normalization) === undefined) continue;
    const [data = '', gamma = '', beta = '', ...statistics] = normalization.inputs;
    const { scale, shift } = affine;
    const scaled = (name: string, added: Float64Array | undefined) =>
      draft.addConstant(`${name}/folded`, scaledVector(draft.constants.get(name), scale, added));
    draft.replace(normalization);
    draft.replace(node, {
      ...normalization,
      inputs: [data, scaled(gamma, undefined), scaled(beta, shift), ...statistics],
      outputs: node.outputs,
    });
  }
}

function scaledVector(
  value: TensorData | undefined,
  scale: Float64Array,
  added: Float64Array | undefined,
): TensorData {
  const data = Float32Array.from(scale, (factor, i) => Number(value?.data[i]) * factor + (added?.[i] ?? 0));
  return { dtype: 'float32', shape: [data.length], data };
}
