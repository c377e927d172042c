/**
 * LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM, int8 × int8 with an int16 cell state
 * (tflite/kernels/{lstm,unidirectional_sequence_lstm}.cc).
 */
import { type LstmGate, type LstmOp, lstmAt, lstmGates } from '../../../model/lstm.ts';
import type { LstmOptions } from '../../../model/options.ts';
import { clamp } from '../../../model/rounding.ts';
import { type FixedPoint, frexp } from '../../fixed-point.ts';
import { INT16_MAX, INT16_MIN } from '../../fixed-point-16.ts';
import { type Int8Value, type OpContext, size, type Value } from '../context.ts';
import type { Step } from '../kernels.ts';
import type { Gate, LstmParams, Matrix } from '../recurrent-kernels.ts';
import { biasOf } from './conv.ts';
import type { Planner } from './planner.ts';
import { int16Data, scaleOf } from './svdf.ts';

/** Of a gate before its function, where no layer normalization says otherwise: Q3.12. */
const GATE_SCALE = 2 ** -12;

interface Values {
  readonly input: Int8Value;
  readonly outputState: Int8Value;
  readonly cellState: Value;
  readonly cells: number;
  readonly cellExponent: number;
}

/** float32 quotients, as TensorFlow Lite forms them. */
function quotient(context: OpContext, a: number, b: number, c: number): FixedPoint {
  return context.fixedPoint(Math.fround(Math.fround(a * b) / c));
}

/** Weights whose products with a vector of zero point z are corrected by −z · Σ w in the bias. */
function matrixOf(
  context: OpContext,
  position: number,
  {
    vector,
    rows,
    bias,
    scale,
  }: {
    vector: { scale: number; zeroPoint: number; length: number };
    rows: number;
    bias: Int32Array;
    scale: number;
  },
): Matrix {
  const weights = context.int8(context.constant(position));
  context.expectShape(weights, [rows, vector.length]);
  if (weights.zeroPoint !== 0)
    throw context.invalid(`weights "${weights.name}" have a zero point that is not 0`);
  const corrected = bias.map((start, row) => {
    let sum = start;
    for (let i = 0; i < vector.length; i++)
      sum -= (weights.data[row * vector.length + i] as number) * vector.zeroPoint;
    return sum;
  });
  return {
    weights: weights.data,
    bias: corrected,
    scale: quotient(context, vector.scale, weights.scale, scale),
  };
}

/** A constant int16 vector with one element per cell. */
function cellVector(
  context: OpContext,
  position: number,
  cells: number,
): { data: Int16Array; scale: number } {
  const value = context.constant(position);
  context.expectShape(value, [cells]);
  return { data: int16Data(context, value), scale: scaleOf(context, value) };
}

function gateOf(context: OpContext, name: LstmGate, values: Values): Gate {
  const { input, outputState, cells, cellExponent } = values;
  const at = lstmGates[name];
  const hasNorm = context.has(at.norm);
  const scale = hasNorm ? context.intermediate(at.intermediate).scale : GATE_SCALE;
  const bias = biasOf(context, at.bias, cells);
  const nothing = new Int32Array(cells);
  const vector = (value: Int8Value) => ({ ...value, length: size(value.shape, value.shape.length - 1) });
  const matrix = (position: number, of: Int8Value, start: Int32Array): Matrix =>
    matrixOf(context, position, { vector: vector(of), rows: cells, bias: start, scale });
  const peephole =
    at.peephole !== undefined && context.has(at.peephole)
      ? cellVector(context, at.peephole, cells)
      : undefined;
  const norm = hasNorm ? cellVector(context, at.norm, cells) : undefined;
  return {
    input: matrix(at.weights, input, hasNorm ? nothing : bias),
    recurrent: matrix(at.recurrent, outputState, nothing),
    peephole: peephole && {
      weights: peephole.data,
      scale: quotient(context, 2 ** cellExponent, peephole.scale, scale),
    },
    norm: norm && {
      weights: norm.data,
      bias,
      scale: context.fixedPoint(norm.scale),
      leastVariance: Math.max(1, Math.trunc(Math.fround(10_000 * norm.scale))),
    },
  };
}

/** A clip of the file in stored values; 0 stays 0. */
function storedClip(clip: number, scale: number, [min, max]: readonly [number, number]): number {
  return clip > 0 ? Math.trunc(clamp(Math.fround(clip / scale), min, max)) : 0;
}

/** The scale of the cell state must be a power of two that its function can take. */
function cellExponentOf(context: OpContext, state: Value): number {
  const { fraction, exponent } = frexp(scaleOf(context, state));
  const power = exponent - 1;
  if (fraction !== 0.5 || power > -9 || power < -15)
    throw context.invalid(`the cell state's scale is not 2^−15 … 2^−9`);
  return power;
}

interface Hidden {
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * How the values between cells and outputs are stored. Where a projection follows, TensorFlow Lite takes the file's zero
 * point with the opposite sign, which shows in what saturates.
 */
function hiddenOf(context: OpContext): Hidden {
  const { scale, zeroPoint } = context.intermediate(lstmAt.hidden);
  return { scale, zeroPoint: context.has(lstmAt.projection) ? -zeroPoint : zeroPoint };
}

function projectionOf(
  context: OpContext,
  { projClip, hidden }: { readonly projClip: number; readonly hidden: Hidden },
  values: Values,
): LstmParams['projection'] {
  if (!context.has(lstmAt.projection)) return undefined;
  const { outputState, cells } = values;
  const outputs = size(outputState.shape, 1);
  const matrix = matrixOf(context, lstmAt.projection, {
    vector: { ...hidden, length: cells },
    rows: outputs,
    bias: biasOf(context, lstmAt.projectionBias, outputs),
    scale: outputState.scale,
  });
  return {
    matrix,
    zeroPoint: outputState.zeroPoint,
    clip: storedClip(projClip, outputState.scale, [-128, 127]),
  };
}

function valuesOf(context: OpContext): Values {
  if (!context.has(lstmAt.cellState)) throw context.unsupported('with basic cells');
  const [input, outputState] = [context.int8Input(0), context.int8Input(lstmAt.outputState)];
  const cellState = context.input(lstmAt.cellState);
  context.expectRank(outputState, 2);
  context.expectRank(cellState, 2);
  const cells = size(cellState.shape, 1);
  return { input, outputState, cellState, cells, cellExponent: cellExponentOf(context, cellState) };
}

/** How an input's vectors are arranged. */
export interface Sequence {
  readonly batch: number;
  readonly steps: number;
  /** [steps, batch, values] instead of [batch, steps, values]. */
  readonly timeMajor: boolean;
}

/**
 * What an LSTM has, it must have for every gate; only the input gate may be missing as a whole
 * (CheckInputTensorDimensions of tflite/kernels/unidirectional_sequence_lstm.cc).
 */
export function expectWholeGates(context: OpContext): void {
  const { input, forget, cell, output } = lstmGates;
  const coupled = !context.has(input.weights);
  const expect = (at: number, wanted: boolean): void => {
    if (context.has(at) !== wanted)
      throw context.invalid(`input ${at} ${wanted ? 'is missing' : 'has no use'} beside its other inputs`);
  };
  for (const at of [input.recurrent, input.bias]) expect(at, !coupled);
  for (const { weights, recurrent, bias } of [forget, cell, output])
    for (const at of [weights, recurrent, bias]) expect(at, true);
  const peepholes = context.has(output.peephole);
  expect(forget.peephole, peepholes);
  expect(input.peephole, peepholes && !coupled);
  const normalized = context.has(output.norm);
  for (const at of [forget.norm, cell.norm]) expect(at, normalized);
  expect(input.norm, normalized && !coupled);
}

/** An LSTM takes one step of every sequence in the batch at a time, a sequence LSTM all of them. */
export function sequenceOf(context: OpContext, op: LstmOp, input: Value): Sequence {
  if (op.kind === 'LSTM') {
    context.expectRank(input, 2);
    return { batch: size(input.shape, 0), steps: 1, timeMajor: true };
  }
  context.expectRank(input, 3);
  const { timeMajor } = op.options;
  const [steps, batch] = timeMajor ? [0, 1] : [1, 0];
  return { batch: size(input.shape, batch), steps: size(input.shape, steps), timeMajor };
}

function planCells(
  context: OpContext,
  { activation, cellClip, projClip }: LstmOptions,
  sequenceOf: (input: Int8Value) => Sequence,
): Step {
  if (activation !== 'TANH') throw context.unsupported(`with ${activation} for its cells`);
  const values = valuesOf(context);
  expectWholeGates(context);
  const { input, outputState, cellState, cells, cellExponent } = values;
  const [output, sequence] = [context.int8Output(), sequenceOf(input)];
  const outputs = size(outputState.shape, 1);
  context.expectShape(output, [...input.shape.slice(0, -1), outputs]);
  context.expectShape(outputState, [sequence.batch, outputs]);
  context.expectShape(cellState, [sequence.batch, cells]);
  context.expectSameQuant(outputState, output);
  const hidden = hiddenOf(context);
  const projection = projectionOf(context, { projClip, hidden }, values);
  if (projection === undefined && outputs !== cells)
    throw context.invalid(`${cells} cells cannot make ${outputs} outputs without a projection`);
  const gate = (name: LstmGate): Gate => gateOf(context, name, values);
  const hasInputGate = context.has(lstmGates.input.weights);
  const gates = {
    input: hasInputGate ? gate('input') : undefined,
    forget: gate('forget'),
    cell: gate('cell'),
    output: gate('output'),
  };
  const inputs = size(input.shape, input.shape.length - 1);
  const params: LstmParams = {
    ...{ ...sequence, inputs, cells, outputs, gates, cellExponent, projection },
    cellClip: storedClip(cellClip, 2 ** cellExponent, [INT16_MIN, INT16_MAX]),
    hidden: { scale: context.fixedPoint(Math.fround(2 ** -30 / hidden.scale)), zeroPoint: hidden.zeroPoint },
  };
  const states = { outputState: outputState.data, cellState: int16Data(context, cellState) };
  return context.kernels.lstm(params, { input: input.data, ...states }, output.data);
}

function planLstmOp(op: LstmOp, context: OpContext): Step {
  return planCells(context, op.options, (input) => sequenceOf(context, op, input));
}

export const planLstm: Planner<'LSTM'> = planLstmOp;
export const planSequenceLstm: Planner<'UNIDIRECTIONAL_SEQUENCE_LSTM'> = planLstmOp;
