/**
 * LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM with full cells (tflite/kernels/lstm_eval.cc, EvalFloat and EvalHybrid). What the calibrator of
 * TensorFlow Lite looks at goes to the op's intermediates, where it has them: gates before layer normalization, and what
 * the projection takes (tools/optimize/calibration/builtin_logging_ops/lstm.cc).
 */
import { type LstmGate, type LstmOp, lstmAt, lstmGates } from '../../model/lstm.ts';
import type { LstmOptions } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import { type OpContext, size } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { expectWholeGates, type Sequence, sequenceOf } from '../int8/ops/lstm.ts';
import {
  activationFunction,
  type Matrix,
  matrixAt,
  type QuantizeVector,
  rowTimes,
  type Slice,
  Vector,
  weightsAt,
} from './recurrent.ts';
import { logistic } from './unary.ts';
import { type FloatValue, floatBias, floatInput, floatOutput, floats } from './values.ts';

const f = Math.fround;

interface Memory {
  readonly input: FloatValue;
  readonly outputState: FloatValue;
  readonly cellState: FloatValue;
}
interface Sizes extends Sequence {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
}
interface Gate {
  readonly weights: Matrix;
  readonly recurrent: Matrix;
  readonly bias: Float32Array;
  readonly peephole: Float32Array | undefined;
  readonly norm: Float32Array | undefined;
  /** Its values of all positions before layer normalization. */
  readonly seen: Float32Array | undefined;
  readonly result: Float32Array;
}
/** One step of one sequence. */
interface Place {
  readonly sequence: number;
  /** Of its vectors in the input and the output. */
  readonly position: number;
}

/** What builds the parts of an op: `quantize` is given where its weights are int8. */
interface Parts {
  readonly context: OpContext;
  readonly quantize: QuantizeVector | undefined;
}

function matrix(
  { context, quantize }: Parts,
  at: number,
  [rows, columns]: readonly [number, number],
): Matrix {
  context.expectShape(context.input(at), [rows, columns]);
  return matrixAt(context, at, quantize);
}

function vectorIfPresent(
  context: OpContext,
  at: number | undefined,
  cells: number,
): Float32Array | undefined {
  return at !== undefined && context.has(at) ? floatBias(context, at, cells) : undefined;
}

/** Where an intermediate's values go, if somebody may look at them. */
function seenAt(
  context: OpContext,
  position: number,
  { batch, steps, cells }: Sizes,
): Float32Array | undefined {
  const value = context.intermediateValue(position);
  if (value === undefined || value.shape.at(-1) !== cells) return undefined;
  context.expectCount(value, batch * steps * cells);
  return floats(context, value).data;
}

function peepholeAt(
  { context, quantize }: Parts,
  at: number | undefined,
  cells: number,
): Float32Array | undefined {
  if (at === undefined || !context.has(at)) return undefined;
  context.expectCount(context.input(at), cells);
  return weightsAt(context, at, quantize);
}

function gateOf(parts: Parts, name: LstmGate, sizes: Sizes): Gate {
  const { context } = parts;
  const { inputs, cells, outputs } = sizes;
  const at = lstmGates[name];
  const norm = vectorIfPresent(context, at.norm, cells);
  return {
    weights: matrix(parts, at.weights, [cells, inputs]),
    recurrent: matrix(parts, at.recurrent, [cells, outputs]),
    bias: floatBias(context, at.bias, cells),
    peephole: peepholeAt(parts, at.peephole, cells),
    norm,
    seen: norm && seenAt(context, at.intermediate, sizes),
    result: new Float32Array(cells),
  };
}

/** (x − mean) / √(variance + 1e-8), times the weights, plus the bias. */
function normalize(values: Float32Array, weights: Float32Array, bias: Float32Array): void {
  const count = values.length;
  const mean = f(values.reduce((sum, x) => f(sum + x), 0) / count);
  const variance = f(values.reduce((sum, x) => f(sum + f(f(x - mean) * f(x - mean))), 0) / count);
  const inverse = f(1 / f(Math.sqrt(f(variance + 1e-8))));
  for (let c = 0; c < count; c++) {
    const unit = f(f((values[c] as number) - mean) * inverse);
    values[c] = f(unit * (weights[c] as number)) + (bias[c] as number);
  }
}

function computeGate(
  gate: Gate,
  cells: number,
  { input, state, cell, position }: { input: Vector; state: Vector; cell: Slice; position: number },
): void {
  const { weights, recurrent, peephole, norm, bias, seen, result } = gate;
  for (let c = 0; c < cells; c++) {
    let sum = norm === undefined ? (bias[c] as number) : 0;
    sum = f(sum + rowTimes(weights, c, input));
    sum = f(sum + rowTimes(recurrent, c, state));
    if (peephole !== undefined)
      sum = f(sum + f((peephole[c] as number) * (cell.data[cell.from + c] as number)));
    result[c] = sum;
  }
  seen?.set(result, position * cells);
  if (norm !== undefined) normalize(result, norm, bias);
}

function squash({ result }: Gate, how: (x: number) => number): void {
  for (let c = 0; c < result.length; c++) result[c] = how(result[c] as number);
}

interface Gates {
  /** Without it, it is what the forget gate leaves. */
  readonly input: Gate | undefined;
  readonly forget: Gate;
  readonly cell: Gate;
  readonly output: Gate;
}

/** c = forget · c + input · cell, clipped. */
function updateCell({ input, forget, cell }: Gates, { data, from }: Slice, clip: number): void {
  for (let c = 0; c < cell.result.length; c++) {
    const kept = forget.result[c] as number;
    const entered = input === undefined ? f(1 - kept) : (input.result[c] as number);
    const value = f(f(kept * (data[from + c] as number)) + f(entered * (cell.result[c] as number)));
    data[from + c] = clip > 0 ? clamp(value, -clip, clip) : value;
  }
}

interface Projection {
  readonly weights: Matrix;
  /** What it takes. */
  readonly hidden: Vector;
  readonly bias: Float32Array;
  readonly clip: number;
}

function project(projection: Projection | undefined, hidden: Float32Array, to: Float32Array): void {
  if (projection === undefined) {
    to.set(hidden);
    return;
  }
  const { weights, bias, clip } = projection;
  const vector = projection.hidden.moveTo(hidden, 0);
  for (let o = 0; o < to.length; o++) {
    const value = f((bias[o] as number) + rowTimes(weights, o, vector));
    to[o] = clip > 0 ? clamp(value, -clip, clip) : value;
  }
}

/** Values that a step works with, from one model to the next. */
interface Cells {
  readonly sizes: Sizes;
  readonly gates: Gates;
  readonly projection: Projection | undefined;
  readonly input: Vector;
  readonly state: Vector;
  readonly seenHidden: Float32Array | undefined;
  readonly activate: (x: number) => number;
  readonly clip: number;
}

function advance(cells: Cells, memory: Memory, { sequence, position }: Place): void {
  const { sizes, gates, activate } = cells;
  const input = cells.input.moveTo(memory.input.data, position * sizes.inputs);
  const state = cells.state.moveTo(memory.outputState.data, sequence * sizes.outputs);
  const cell = { data: memory.cellState.data, from: sequence * sizes.cells };
  const gate = (of: Gate, how: (x: number) => number): void => {
    computeGate(of, sizes.cells, { input, state, cell, position });
    squash(of, how);
  };
  if (gates.input !== undefined) gate(gates.input, logistic);
  gate(gates.forget, logistic);
  gate(gates.cell, activate);
  updateCell(gates, cell, cells.clip);
  gate(gates.output, logistic);
  const hidden = gates.output.result;
  for (let c = 0; c < hidden.length; c++)
    hidden[c] = activate(cell.data[cell.from + c] as number) * (hidden[c] as number);
  cells.seenHidden?.set(hidden, position * sizes.cells);
  project(cells.projection, hidden, state.data.subarray(state.from, state.from + sizes.outputs));
}

function memoryOf(context: OpContext): Memory {
  if (!context.has(lstmAt.cellState)) throw context.unsupported('with basic cells');
  const [outputState, cellState] = [lstmAt.outputState, lstmAt.cellState].map((at) =>
    floatInput(context, at),
  );
  if (outputState === undefined || cellState === undefined) throw context.invalid('it has no states');
  context.expectRank(outputState, 2);
  context.expectRank(cellState, 2);
  return { input: floatInput(context, 0), outputState, cellState };
}

function sizesOf(context: OpContext, op: LstmOp, { input, outputState, cellState }: Memory): Sizes {
  const sequence = sequenceOf(context, op, input);
  const [cells, outputs] = [size(cellState.shape, 1), size(outputState.shape, 1)];
  context.expectShape(cellState, [sequence.batch, cells]);
  context.expectShape(outputState, [sequence.batch, outputs]);
  if (!context.has(lstmAt.projection) && outputs !== cells)
    throw context.invalid(`${cells} cells cannot make ${outputs} outputs without a projection`);
  return { ...sequence, inputs: size(input.shape, input.shape.length - 1), cells, outputs };
}

function cellsOf(parts: Parts, options: LstmOptions, sizes: Sizes): Cells {
  const { context, quantize } = parts;
  const { inputs, cells, outputs } = sizes;
  const gate = (name: LstmGate): Gate => gateOf(parts, name, sizes);
  const gates = {
    input: context.has(lstmGates.input.weights) ? gate('input') : undefined,
    forget: gate('forget'),
    cell: gate('cell'),
    output: gate('output'),
  };
  const projection = context.has(lstmAt.projection)
    ? {
        weights: matrix(parts, lstmAt.projection, [outputs, cells]),
        hidden: new Vector(cells, quantize),
        bias: floatBias(context, lstmAt.projectionBias, outputs),
        clip: f(options.projClip),
      }
    : undefined;
  const activate = activationFunction(options.activation);
  if (activate === undefined) throw context.unsupported(`with ${options.activation} for its cells`);
  const seenHidden = seenAt(context, lstmAt.hidden, sizes);
  const [input, state] = [new Vector(inputs, quantize), new Vector(outputs, quantize)];
  return { sizes, gates, projection, input, state, seenHidden, activate, clip: f(options.cellClip) };
}

/** @param quantize - given where weights are int8 */
export function planLstm(op: LstmOp, context: OpContext, quantize?: QuantizeVector): Step {
  const memory = memoryOf(context);
  expectWholeGates(context);
  const sizes = sizesOf(context, op, memory);
  const output = floatOutput(context);
  context.expectShape(output, [...memory.input.shape.slice(0, -1), sizes.outputs]);
  const cells = cellsOf({ context, quantize }, op.options, sizes);
  const { batch, steps, timeMajor, outputs } = sizes;
  return () => {
    for (let step = 0; step < steps; step++) {
      for (let sequence = 0; sequence < batch; sequence++) {
        const position = timeMajor ? step * batch + sequence : sequence * steps + step;
        advance(cells, memory, { sequence, position });
        const state = memory.outputState.data.subarray(sequence * outputs, (sequence + 1) * outputs);
        output.data.set(state, position * outputs);
      }
    }
  };
}
