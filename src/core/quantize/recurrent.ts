/**
 * Constants, states and intermediates of SVDF and of LSTMs with full cells, beside int8 activations. Source: TensorFlow Lite,
 * tools/optimize/operator_property.cc and quantization_utils.cc; equal to what TensorFlow 2.21's converter writes.
 */
import { bytesOf, constantOf } from '../model/data.ts';
import { isPresent } from '../model/graph.ts';
import { isFullLstm, type LstmGate, type LstmOp, lstmAt, lstmGates } from '../model/lstm.ts';
import { clamp } from '../model/rounding.ts';
import type { Op, OpOf, Tensor, TensorId } from '../model/types.ts';
import type { Bounds } from './assign.ts';
import type { GraphBuilder } from './builder.ts';
import { activationParams, inverseOf, type Params, perTensor, quantizeValue } from './params.ts';
import {
  type FloatLayer,
  type QuantizedConstant,
  quantizeBias,
  quantizeWeights,
  weightScales,
} from './weights.ts';

const { fround } = Math;

/** What weights of 16 bits are scaled to; time weights of an SVDF leave 6 bits to the sum over them. */
const levels = { full: 32767, time: 512 } as const;
/** Layer normalization gives Q5.10. */
const NORMALIZED_SCALE = 2 ** -10;
/** The powers of two that the kernel's functions of a cell state are made for. */
const [SMALLEST_CELL_SCALE, LARGEST_CELL_SCALE] = [2 ** -15, 2 ** -9];

interface RecurrentContext {
  readonly builder: GraphBuilder;
  /** Of the input as the op reads it, and of the output. */
  readonly input: Params;
  readonly output: Params;
  /** The range of a state or an intermediate. */
  boundsOf(id: TensorId): Bounds;
}

function floatsOf(tensor: Tensor): Float32Array {
  return constantOf(tensor)?.data as Float32Array;
}

function symmetricInt16(tensor: Tensor, most: number): QuantizedConstant {
  const data = floatsOf(tensor);
  const largest = data.reduce((found, x) => Math.max(found, Math.abs(x)), 0);
  const scale = largest === 0 ? 1 : fround(largest / most);
  const inverse = inverseOf(scale);
  const q = Int16Array.from(data, (x) => clamp(quantizeValue(x, inverse), -most, most));
  return { dtype: 'int16', data: bytesOf(q), quant: perTensor({ scale, zeroPoint: 0 }) };
}

/** int8, one scale for all. */
function symmetricInt8(tensor: Tensor): QuantizedConstant {
  const { shape, grid } = tensor;
  if (grid !== undefined && grid.dtype === 'int8' && grid.quant.scale.length === 1) return grid;
  const layer: FloatLayer = { shape, weights: floatsOf(tensor), axis: undefined, bits: 8 };
  return quantizeWeights(layer, weightScales(layer), 'range');
}

/** Largest magnitude to the next power of two, over 2^15, within what kernels take. */
function cellParams({ min, max }: Bounds): Params {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const power = largest === 0 ? 0 : 2 ** Math.ceil(Math.log2(largest));
  return { scale: clamp(power / 2 ** 15, SMALLEST_CELL_SCALE, LARGEST_CELL_SCALE), zeroPoint: 0 };
}

/** The inputs of one op on their way to integers. */
class Inputs {
  readonly ids: TensorId[];
  readonly #builder: GraphBuilder;

  constructor(op: Op, builder: GraphBuilder) {
    this.ids = [...op.inputs];
    this.#builder = builder;
  }

  has(position: number | undefined): position is number {
    return position !== undefined && isPresent(this.ids[position]);
  }

  /** Places the constant at `position` as `how` makes it; returns its scale. */
  constant(position: number, how: (tensor: Tensor) => QuantizedConstant): number {
    const id = this.ids[position] as TensorId;
    const constant = how(this.#builder.tensorBefore(id));
    this.ids[position] = this.#builder.placeConstant(id, constant);
    return constant.quant.scale[0] ?? 0;
  }

  bias(position: number, scale: number): void {
    if (!this.has(position)) return;
    this.constant(position, (tensor) => {
      const values = floatsOf(tensor);
      const bias = { values, inputScale: scale, dtype: 'int32' } as const;
      return quantizeBias(bias, values.length, Float32Array.of(scale));
    });
  }
}

function quantizeSvdf(op: OpOf<'SVDF'>, { builder, boundsOf }: RecurrentContext): Op {
  const inputs = new Inputs(op, builder);
  inputs.constant(1, symmetricInt8);
  const times = inputs.constant(2, (tensor) => symmetricInt16(tensor, levels.time));
  const stateId = inputs.ids[4] as TensorId;
  const { min, max } = boundsOf(stateId);
  const state = activationParams(min, max, 'int16');
  builder.quantizeInside(stateId, 'int16', state);
  inputs.bias(3, fround(times * state.scale));
  return { ...op, inputs: inputs.ids };
}

function quantizeGate(op: LstmOp, name: LstmGate, context: RecurrentContext & { inputs: Inputs }): void {
  const { builder, input, boundsOf, inputs } = context;
  const at = lstmGates[name];
  const weights = inputs.constant(at.weights, symmetricInt8);
  inputs.constant(at.recurrent, symmetricInt8);
  const int16 = (tensor: Tensor) => symmetricInt16(tensor, levels.full);
  if (inputs.has(at.peephole)) inputs.constant(at.peephole, int16);
  if (!inputs.has(at.norm)) {
    inputs.bias(at.bias, fround(input.scale * weights));
    return;
  }
  inputs.bias(at.bias, fround(inputs.constant(at.norm, int16) * NORMALIZED_SCALE));
  const id = op.intermediates?.[at.intermediate] as TensorId;
  const { min, max } = boundsOf(id);
  builder.quantizeInside(id, 'int16', activationParams(min, max, 'int16'));
}

/** How what the projection takes is stored; without one, it is the output. */
function hiddenParams(op: LstmOp, hidden: TensorId, { output, boundsOf }: RecurrentContext): Params {
  if (!isPresent(op.inputs[lstmAt.projection])) return output;
  const { min, max } = boundsOf(hidden);
  return activationParams(min, max, 'int8');
}

function quantizeLstm(op: LstmOp, context: RecurrentContext): Op {
  const { builder, output, boundsOf } = context;
  const inputs = new Inputs(op, builder);
  for (const name of Object.keys(lstmGates) as LstmGate[])
    if (inputs.has(lstmGates[name].weights)) quantizeGate(op, name, { ...context, inputs });
  builder.quantizeInside(inputs.ids[lstmAt.outputState] as TensorId, 'int8', output);
  const cellState = inputs.ids[lstmAt.cellState] as TensorId;
  builder.quantizeInside(cellState, 'int16', cellParams(boundsOf(cellState)));
  const hiddenId = op.intermediates?.[lstmAt.hidden] as TensorId;
  const hidden = hiddenParams(op, hiddenId, context);
  builder.quantizeInside(hiddenId, 'int8', hidden);
  if (inputs.has(lstmAt.projection)) {
    const weights = inputs.constant(lstmAt.projection, symmetricInt8);
    inputs.bias(lstmAt.projectionBias, fround(weights * hidden.scale));
  }
  return { ...op, inputs: inputs.ids };
}

/** The op, whose data input is int8 already, with everything else that it holds as integers. */
export function quantizeRecurrent(op: Op, context: RecurrentContext): Op {
  if (op.kind === 'SVDF') return quantizeSvdf(op, context);
  return isFullLstm(op) ? quantizeLstm(op, context) : op;
}

const constantsOfSvdf = [1, 2, 3];
const constantsOfLstm = [...Array.from({ length: 17 }, (_, k) => k + 1), 20, 21, 22, 23];

/** Why an op with a memory cannot become int8; `undefined` when it can. */
export function recurrentObstacle(op: Op, tensors: readonly Tensor[]): string | undefined {
  const lstm = op.kind === 'LSTM' || op.kind === 'UNIDIRECTIONAL_SEQUENCE_LSTM';
  if (op.kind !== 'SVDF' && !lstm) return undefined;
  if (lstm && !isFullLstm(op))
    return 'only LSTMs of full cells (20 or 24 inputs) have an integer kernel; convert the model again with a current TensorFlow';
  if (lstm && op.options.activation !== 'TANH')
    return `integer kernels know TANH alone for cells, not ${op.options.activation}`;
  if (op.kind === 'SVDF' && op.options.activation !== 'RELU')
    return `LiteRT's integer kernel takes a fused RELU alone, not ${op.options.activation}`;
  const tensor = (position: number): Tensor | undefined => tensors[op.inputs[position] ?? -1];
  const states = lstm ? [lstmAt.outputState, lstmAt.cellState] : [4];
  if (!states.every((position) => tensor(position)?.isVariable === true))
    return 'its states are not variable tensors, which start from zero';
  const constants = (lstm ? constantsOfLstm : constantsOfSvdf).filter((k) => isPresent(op.inputs[k]));
  const plain = (k: number) => tensor(k)?.data !== undefined && tensor(k)?.dtype === 'float32';
  return constants.every(plain) ? undefined : 'its weights are not float constants';
}
