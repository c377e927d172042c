/**
 * LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM with int8 activations, an int16 cell state, and gates in int16 (Q3.12 before, Q0.15 after
 * their function). Equals tflite/kernels/lstm_eval.cc (EvalInteger8x8_16) on
 * kernels/internal/reference/portable_tensor_utils.cc.
 */
import { clamp } from '../../../model/rounding.ts';
import { divideByPowerOfTwo, multiplyByFixedPoint } from '../../fixed-point.ts';
import { INT16_MAX, logistic16, saturateInt16, tanh16 } from '../../fixed-point-16.ts';
import type { Step } from '../kernels.ts';
import type { Gate, LstmParams, Matrix } from '../recurrent-kernels.ts';
import { layerNorm } from './layer-norm.ts';

/** Integer bits of a gate before its function. */
const GATE_BITS = 3;

/** A gate's function, Q3 to Q0. */
type Squash = (value: number, integerBits: number) => number;

/** Row `row` of a matrix times the `length` elements of a vector from `from` on, rescaled. */
function product(
  matrix: Matrix,
  row: number,
  vector: { data: Int8Array; from: number; length: number },
): number {
  const { data, from, length } = vector;
  let sum = matrix.bias[row] as number;
  for (let i = 0; i < length; i++)
    sum += (matrix.weights[row * length + i] as number) * (data[from + i] as number);
  return multiplyByFixedPoint(sum | 0, matrix.scale.multiplier, matrix.scale.shift);
}

/** What a step of one sequence reads: where its input, its output state and its cell state begin. */
interface Place {
  readonly input: number;
  readonly state: number;
  readonly cell: number;
}
interface Memory {
  readonly input: Int8Array;
  readonly outputState: Int8Array;
  readonly cellState: Int16Array;
}

/**
 * The peephole weight of cell `c` of a sequence. TensorFlow Lite takes the vector to be as long as the output: where a
 * projection makes that shorter, the last cells get nothing, and sequences that advance together share the weights out
 * as if their cells were fewer (CalculateLstmGateInteger8x8_16 of tflite/kernels/lstm_eval.cc).
 */
function peepholeWeight(
  { batch, timeMajor, cells, outputs }: LstmParams,
  weights: Int16Array,
  { place, c }: { place: Place; c: number },
): number {
  if (outputs >= cells) return weights[c] as number;
  const index = timeMajor ? place.cell + c : c;
  return index < (timeMajor ? batch : 1) * outputs ? (weights[index % outputs] as number) : 0;
}

function computeGate(
  params: LstmParams,
  gate: Gate,
  { memory, place, squash, result }: { memory: Memory; place: Place; squash: Squash; result: Int16Array },
): void {
  const { inputs, outputs, cells } = params;
  const input = { data: memory.input, from: place.input, length: inputs };
  const state = { data: memory.outputState, from: place.state, length: outputs };
  for (let c = 0; c < cells; c++) {
    let value = saturateInt16(product(gate.input, c, input));
    value = saturateInt16(value + product(gate.recurrent, c, state));
    if (gate.peephole !== undefined) {
      const { weights, scale } = gate.peephole;
      const seen =
        peepholeWeight(params, weights, { place, c }) * (memory.cellState[place.cell + c] as number);
      value = saturateInt16(value + multiplyByFixedPoint(seen, scale.multiplier, scale.shift));
    }
    result[c] = value;
  }
  if (gate.norm !== undefined) layerNorm(gate.norm, result);
  for (let c = 0; c < cells; c++) result[c] = squash(result[c] as number, GATE_BITS);
}

interface Gates {
  readonly input: Int16Array;
  readonly forget: Int16Array;
  readonly cell: Int16Array;
  readonly output: Int16Array;
}

/** c = forget · c + input · cell, clipped. */
function updateCell(
  { cells, cellExponent, cellClip }: LstmParams,
  gates: Gates,
  state: Int16Array,
  from: number,
) {
  for (let c = 0; c < cells; c++) {
    const kept = divideByPowerOfTwo((gates.forget[c] as number) * (state[from + c] as number), 15);
    const added = divideByPowerOfTwo(
      (gates.input[c] as number) * (gates.cell[c] as number),
      30 + cellExponent,
    );
    const value = saturateInt16(kept + added);
    state[from + c] = cellClip > 0 ? clamp(value, -cellClip, cellClip) : value;
  }
}

/** The output state of one sequence from its hidden values. */
function project(
  { projection, cells, outputs }: LstmParams,
  hidden: Int8Array,
  { outputState, from }: { outputState: Int8Array; from: number },
): void {
  if (projection === undefined) {
    for (let o = 0; o < outputs; o++) outputState[from + o] = hidden[o] as number;
    return;
  }
  const { matrix, zeroPoint, clip } = projection;
  for (let o = 0; o < outputs; o++) {
    const value = product(matrix, o, { data: hidden, from: 0, length: cells }) + zeroPoint;
    const stored = clamp(value, -128, 127);
    outputState[from + o] = clip > 0 ? clamp(stored, -clip, clip) : stored;
  }
}

export function lstm(params: LstmParams, memory: Memory, target: Int8Array): Step {
  const { batch, steps, timeMajor, inputs, cells, outputs, gates, hidden, cellExponent } = params;
  const vector = (): Int16Array => new Int16Array(cells);
  const values: Gates = { input: vector(), forget: vector(), cell: vector(), output: vector() };
  const shown = new Int8Array(cells);
  const gate = (of: Gate, place: Place, { squash, result }: { squash: Squash; result: Int16Array }): void =>
    computeGate(params, of, { memory, place, squash, result });

  const advance = (sequence: number, position: number): void => {
    const place = { input: position * inputs, state: sequence * outputs, cell: sequence * cells };
    gate(gates.forget, place, { squash: logistic16, result: values.forget });
    if (gates.input !== undefined) gate(gates.input, place, { squash: logistic16, result: values.input });
    else for (let c = 0; c < cells; c++) values.input[c] = INT16_MAX - (values.forget[c] as number);
    gate(gates.cell, place, { squash: tanh16, result: values.cell });
    updateCell(params, values, memory.cellState, place.cell);
    gate(gates.output, place, { squash: logistic16, result: values.output });
    for (let c = 0; c < cells; c++) {
      const cell = tanh16(memory.cellState[place.cell + c] as number, 15 + cellExponent);
      const { multiplier, shift } = hidden.scale;
      const value = multiplyByFixedPoint((values.output[c] as number) * cell, multiplier, shift);
      shown[c] = clamp(value + hidden.zeroPoint, -128, 127);
    }
    project(params, shown, { outputState: memory.outputState, from: place.state });
    for (let o = 0; o < outputs; o++)
      target[position * outputs + o] = memory.outputState[place.state + o] as number;
  };
  return () => {
    for (let step = 0; step < steps; step++) {
      for (let sequence = 0; sequence < batch; sequence++)
        advance(sequence, timeMajor ? step * batch + sequence : sequence * steps + step);
    }
  };
}
