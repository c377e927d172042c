/**
 * The fast kernels against the reference, on random shapes, parameters and extremes: same bytes, nothing written outside of
 * the tensors, and nothing outside of them that matters. Runs wherever WebAssembly does, so that Node and a browser, whose
 * machines differ, are held to the same.
 */
import fc from 'fast-check';
import { quantizeMultiplier } from '../../src/core/execute/fixed-point.ts';
import type { ByteArray, ConvParams, Output, Step, Window } from '../../src/core/execute/int8/kernels.ts';
import { createReferenceKernels } from '../../src/core/execute/int8/reference/index.ts';
import { fastConv, fastDense } from '../../src/kernels/convolution.ts';
import { fastAverage, fastDepthwise, fastSum } from '../../src/kernels/depthwise.ts';
import type { FastOp, Use } from '../../src/kernels/fast-op.ts';
import { type Border, noBorder, StoredImage, widest } from '../../src/kernels/image.ts';
import type { Machine } from '../../src/kernels/machine.ts';
import { fastMaxPool } from '../../src/kernels/max-pool.ts';
import { Workspace } from '../../src/kernels/memory.ts';
import { fastJoin, fastMove } from '../../src/kernels/moves.ts';
import { fastMultiply } from '../../src/kernels/multiply.ts';
import { fastAdd, fastLookup } from '../../src/kernels/rowwise.ts';

/** A machine, and values that its form multiplies exactly. */
export interface Subject {
  readonly name: string;
  readonly machine: Machine;
  readonly weights: readonly [least: number, most: number];
  readonly inputs: readonly [least: number, most: number];
}
export interface Property {
  readonly name: string;
  /** @throws Error with the counterexample. */
  check(subject: Subject, runs: number): void;
}

const GUARD = 64;
const int8 = fc.integer({ min: -128, max: 127 });
const seed = fc.integer({ min: 1, max: 2 ** 30 });
const small = (max: number) => fc.integer({ min: 1, max });

/** Numbers in a range, now and then nothing but its ends. */
function noise(length: number, start: number, [least, most]: readonly [number, number]): Int8Array {
  let state = start;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 8;
  };
  const kind = next() % 5;
  return Int8Array.from({ length }, () => {
    if (kind === 0) return least;
    if (kind === 1) return next() % 2 ? least : most;
    return least + (next() % (most - least + 1));
  });
}

interface Geometry {
  readonly batch: number;
  readonly size: readonly number[];
  readonly filter: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly same: boolean;
}
const pair = (max: number) => fc.tuple(small(max), small(max));
const anyGeometry: fc.Arbitrary<Geometry> = fc.record({
  batch: small(2),
  size: pair(11),
  filter: pair(4),
  stride: pair(3),
  dilation: pair(3),
  same: fc.boolean(),
});
/** What the depthwise kernel of its own computes, and pointwise convolutions. */
const usualGeometry: fc.Arbitrary<Geometry> = fc
  .tuple(small(2), pair(13), small(2), fc.constantFrom(1, 3), fc.boolean())
  .map(([batch, size, stride, filter, same]) => ({
    batch,
    size,
    filter: [filter, filter],
    stride: [stride, stride],
    dilation: [1, 1],
    same,
  }));
const geometry = fc.oneof(anyGeometry, usualGeometry);

/** `undefined` where nothing comes out. */
function windowOf(
  { batch, size, filter, stride, dilation, same }: Geometry,
  inputC: number,
  outputC: number,
): Window | undefined {
  const axis = (d: 0 | 1) => {
    const [input, step] = [size[d] as number, stride[d] as number];
    const extent = ((filter[d] as number) - 1) * (dilation[d] as number) + 1;
    const output = Math.ceil((same ? input : input - extent + 1) / step);
    const pad = same ? Math.floor(Math.max((output - 1) * step + extent - input, 0) / 2) : 0;
    return { input, step, output, pad, filter: filter[d] as number, dilation: dilation[d] as number };
  };
  const [y, x] = [axis(0), axis(1)];
  if (y.output < 1 || x.output < 1) return undefined;
  return {
    batch,
    inputH: y.input,
    inputW: x.input,
    inputC,
    outputH: y.output,
    outputW: x.output,
    outputC,
    filterH: y.filter,
    filterW: x.filter,
    strideH: y.step,
    strideW: x.step,
    dilationH: y.dilation,
    dilationW: x.dilation,
    padTop: y.pad,
    padLeft: x.pad,
  };
}

/** How accumulators are rescaled; exponents are powers of two of real multipliers. */
interface StageChoice {
  readonly exponent: number;
  readonly spread: number;
  readonly perChannel: boolean;
  readonly real: boolean;
  readonly zeroPoint: number;
  readonly relu: boolean;
  readonly cut: number;
  readonly bias: number;
}
const stageChoice: fc.Arbitrary<StageChoice> = fc.record({
  exponent: fc.integer({ min: -16, max: 2 }),
  spread: fc.double({ min: 0, max: 3, noNaN: true }),
  perChannel: fc.boolean(),
  real: fc.boolean(),
  zeroPoint: int8,
  relu: fc.boolean(),
  cut: fc.integer({ min: 0, max: 40 }),
  bias: fc.constantFrom(0, 100, 5000, 2 ** 20, 2 ** 30),
});

function stageOf(choice: StageChoice, channels: number): Output {
  const { exponent, spread, perChannel, real, zeroPoint, relu, cut } = choice;
  const factors = Float64Array.from(
    { length: perChannel ? channels : 1 },
    (_, c) => 2 ** (exponent + spread * Math.sin(c + 1)),
  );
  const fixed = Array.from(factors, quantizeMultiplier);
  const min = relu ? zeroPoint : Math.max(-128, -128 + cut);
  return {
    rescale: real
      ? { kind: 'real', factor: factors }
      : {
          kind: 'fixed',
          multiplier: Int32Array.from(fixed, ({ multiplier }) => multiplier),
          shift: Int32Array.from(fixed, ({ shift }) => shift),
        },
    zeroPoint,
    min,
    max: Math.max(min, 127 - cut),
  };
}

const anyBorder: fc.Arbitrary<Border> = fc.record({
  top: fc.nat(2),
  left: fc.nat(2),
  bottom: fc.nat(2),
  right: fc.nat(2),
});

interface Placement {
  readonly machine: Machine;
  /** Borders that the activations have beyond what the op asks for. */
  readonly spare: Border;
}

/** Runs an op in a memory of its own; gives its output and throws where it touched what is not its own. */
function runBound(op: FastOp, { machine, spare }: Placement): Int8Array {
  const workspace = new Workspace(machine);
  workspace.attend();
  const guards: number[] = [];
  const place = ({ array, dimensions, border, zeroPoint = 0 }: Use): StoredImage => {
    const flat = { batch: 1, height: 1, width: 1, channels: array.length };
    const all = border === 'none' ? noBorder : widest(border ?? noBorder, dimensions ? spare : noBorder);
    const format = { ...(dimensions ?? flat), border: all, form: machine.form, zeroPoint };
    const bytes = StoredImage.bytesOf(format);
    const address = workspace.reserve(bytes + 2 * GUARD) + GUARD;
    guards.push(address - GUARD, address + bytes);
    return new StoredImage(format, address);
  };
  const inputs = op.inputs.map(place);
  const target = place(op.output);
  const step = op.bind(workspace, inputs, target);
  workspace.staging(Math.max(op.output.array.length, ...op.inputs.map(({ array }) => array.length)));
  const run = (pattern: number): Int8Array => {
    for (const guard of guards) workspace.bytes(guard, GUARD).fill(pattern);
    inputs.forEach((image, k) => {
      image.store(workspace, op.inputs[k]?.array as ByteArray);
    });
    step();
    for (const guard of guards)
      if (workspace.bytes(guard, GUARD).some((byte) => byte !== pattern))
        throw new Error('a guard was written');
    const output = new Int8Array(op.output.array.length);
    target.load(workspace, output);
    return output;
  };
  const first = run(0xa5);
  if (run(0x3c).some((value, i) => value !== first[i])) throw new Error('what lies outside matters');
  return first;
}

function expectSame(
  op: FastOp | undefined,
  reference: Step,
  placement: Placement,
  may: 'refuse' | 'never',
): void {
  if (op === undefined) {
    if (may === 'never') throw new Error('there is no fast kernel for this form');
    return;
  }
  reference();
  const wanted = op.output.array;
  const got = runBound(op, placement);
  const different = got.findIndex((value, i) => value !== ((wanted[i] as number) << 24) >> 24);
  if (different >= 0)
    throw new Error(`element ${different} of ${got.length} is ${got[different]}, not ${wanted[different]}`);
}

interface Layer {
  readonly shape: Geometry;
  readonly inputC: number;
  readonly outputC: number;
  readonly stage: StageChoice;
  readonly inputZeroPoint: number;
  readonly start: number;
  readonly spare: Border;
}
const layer: fc.Arbitrary<Layer> = fc.record({
  shape: geometry,
  inputC: small(21),
  outputC: small(21),
  stage: stageChoice,
  inputZeroPoint: int8,
  start: seed,
  spare: anyBorder,
});

/** Zero points fill borders and so are among the values that are multiplied. */
function within(value: number, [least, most]: readonly [number, number]): number {
  return least + ((value + 128) % (most - least + 1));
}

function convCase(
  { shape, inputC, outputC, stage, inputZeroPoint, start }: Layer,
  subject: Subject,
  depthwise: boolean,
) {
  const window = windowOf(shape, inputC, depthwise ? inputC : outputC);
  fc.pre(window !== undefined);
  const channels = window.outputC;
  const taps = window.filterH * window.filterW;
  const params: ConvParams = {
    window,
    weights: noise(taps * channels * (depthwise ? 1 : inputC), start, subject.weights),
    bias: Int32Array.from(noise(channels, start + 1, [-128, 127]), (value) =>
      Math.trunc((value / 128) * stage.bias),
    ),
    weightsZeroPoint: 0,
    inputZeroPoint: within(inputZeroPoint, subject.inputs),
    output: stageOf(stage, channels),
  };
  const input = noise(window.batch * window.inputH * window.inputW * inputC, start + 2, subject.inputs);
  const output = new Int8Array(window.batch * window.outputH * window.outputW * channels);
  return { params, input, output, may: stage.real ? ('refuse' as const) : ('never' as const) };
}

function check<T>(arbitrary: fc.Arbitrary<T>, runs: number, predicate: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, predicate), { numRuns: runs });
}

const conv: Property = {
  name: 'CONV_2D',
  check: (subject, runs) =>
    check(layer, runs, (chosen) => {
      const { params, input, output, may } = convCase(chosen, subject, false);
      const op = fastConv(params, { input, output }, subject.machine.form);
      expectSame(op, createReferenceKernels().conv2d(params, input, output), { ...subject, ...chosen }, may);
    }),
};

const depthwise: Property = {
  name: 'DEPTHWISE_CONV_2D',
  check: (subject, runs) =>
    check(layer, runs, (chosen) => {
      const { params, input, output, may } = convCase(chosen, subject, true);
      const op = fastDepthwise(params, { input, output }, subject.machine.form);
      expectSame(
        op,
        createReferenceKernels().depthwiseConv2d(params, input, output),
        { ...subject, ...chosen },
        may,
      );
    }),
};

const dense: Property = {
  name: 'FULLY_CONNECTED',
  check: (subject, runs) =>
    check(fc.tuple(small(9), small(70), small(21), stageChoice, int8, seed), runs, (values) => {
      const [batch, inputs, outputs, stage, zeroPoint, start] = values;
      const params = {
        batch,
        inputs,
        outputs,
        weights: noise(inputs * outputs, start, subject.weights),
        weightsZeroPoint: 0,
        bias: Int32Array.from(noise(outputs, start + 1, [-128, 127]), (value) => value * 50),
        inputZeroPoint: within(zeroPoint, subject.inputs),
        output: stageOf(stage, outputs),
      };
      const input = noise(batch * inputs, start + 2, subject.inputs);
      const output = new Int8Array(batch * outputs);
      const op = fastDense(params, { input, output }, subject.machine.form);
      const reference = createReferenceKernels().dense(params, input, output);
      expectSame(op, reference, { ...subject, spare: noBorder }, stage.real ? 'refuse' : 'never');
    }),
};

const add: Property = {
  name: 'ADD, SUB',
  check: (subject, runs) =>
    check(
      fc.tuple(
        small(70),
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.array(int8, { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        seed,
      ),
      runs,
      ([length, scales, zeroPoints, minus, start]) => {
        const [left = 1, right = 1, result = 1] = scales;
        const common = 2 * Math.max(left, right);
        const operand = (scale: number, k: number) => ({
          zeroPoint: zeroPoints[k] as number,
          ...quantizeMultiplier(scale / common),
        });
        const { multiplier, shift } = quantizeMultiplier(common / (2 ** 20 * result));
        const rescale = {
          kind: 'fixed',
          multiplier: Int32Array.of(multiplier),
          shift: Int32Array.of(shift),
        } as const;
        const params = {
          left: operand(left, 0),
          right: operand(right, 1),
          sign: minus ? (-1 as const) : (1 as const),
          leftShift: 20,
          output: { rescale, zeroPoint: zeroPoints[2] as number, min: -128, max: 127 },
        };
        const operands = [noise(length, start, [-128, 127]), noise(length, start + 1, [-128, 127])] as const;
        const output = new Int8Array(length);
        const op = fastAdd(params, operands, output);
        expectSame(
          op,
          createReferenceKernels().add(params, operands, output),
          { ...subject, spare: noBorder },
          'never',
        );
      },
    ),
};

const pools: Property = {
  name: 'MAX_POOL_2D, AVERAGE_POOL_2D',
  check: (subject, runs) =>
    check(
      fc.tuple(geometry, small(21), fc.nat(30), fc.boolean(), seed, anyBorder),
      runs,
      ([shape, channels, cut, halvesUp, start, spare]) => {
        const window = windowOf({ ...shape, dilation: [1, 1] }, channels, channels);
        fc.pre(window !== undefined);
        const params = { window, halvesUp, min: -128 + cut, max: 127 - cut };
        const input = noise(window.batch * window.inputH * window.inputW * channels, start, subject.inputs);
        const [largest, mean] = [0, 1].map(
          () => new Int8Array(window.batch * window.outputH * window.outputW * channels),
        ) as [Int8Array, Int8Array];
        const reference = createReferenceKernels();
        const { form } = subject.machine;
        const most = fastMaxPool(params, input, largest);
        expectSame(most, reference.maxPool(params, input, largest), { ...subject, spare }, 'never');
        const average = fastAverage(params, { input, output: mean }, form);
        expectSame(average, reference.averagePool(params, input, mean), { ...subject, spare }, 'refuse');
      },
    ),
};

const sum: Property = {
  name: 'MEAN, SUM',
  check: (subject, runs) =>
    check(
      fc.tuple(small(60), small(21), stageChoice, int8, seed),
      runs,
      ([pixels, channels, stage, zeroPoint, start]) => {
        const params = {
          target: Int32Array.from({ length: pixels * channels }, (_, i) => i % channels),
          offset: zeroPoint * pixels,
          output: stageOf({ ...stage, perChannel: false, real: false }, channels),
        };
        const input = noise(pixels * channels, start, subject.inputs);
        const output = new Int8Array(channels);
        const op = fastSum(params, { input, output }, subject.machine.form);
        expectSame(
          op,
          createReferenceKernels().sum(params, input, output),
          { ...subject, spare: noBorder },
          'never',
        );
      },
    ),
};

const lookup: Property = {
  name: 'functions of one value',
  check: (subject, runs) =>
    check(fc.tuple(small(70), seed), runs, ([length, start]) => {
      const table = noise(256, start, [-128, 127]);
      const input = noise(length, start + 1, [-128, 127]);
      const output = new Int8Array(length);
      const op = fastLookup(table, input, output);
      expectSame(
        op,
        createReferenceKernels().lookup(table, input, output),
        { ...subject, spare: noBorder },
        'never',
      );
    }),
};

const multiply: Property = {
  name: 'MUL',
  check: (subject, runs) =>
    check(fc.tuple(small(70), stageChoice, int8, int8, seed), runs, ([length, stage, left, right, start]) => {
      const output = stageOf({ ...stage, perChannel: false, real: false }, 1);
      const params = { leftZeroPoint: left, rightZeroPoint: right, output };
      const operands = [noise(length, start, [-128, 127]), noise(length, start + 1, [-128, 127])] as const;
      const result = new Int8Array(length);
      const op = fastMultiply(params, operands, result);
      const reference = createReferenceKernels().multiply(params, operands, result);
      expectSame(op, reference, { ...subject, spare: noBorder }, 'never');
    }),
};

/** A table that copies a few runs and fills between them. */
function tableOf(length: number, start: number, sourceLength: number): Int32Array {
  const lengths = noise(length, start, [1, 90]);
  const table = new Int32Array(length);
  for (let i = 0, run = 0; i < length; run++) {
    const count = Math.min(lengths[run] as number, length - i, sourceLength);
    const from = run % 3 === 2 ? -1 : (run * 37) % (sourceLength - count + 1);
    for (let k = 0; k < count; k++) table[i++] = from < 0 ? -1 : from + k;
  }
  return table;
}

const moves: Property = {
  name: 'moves and joins',
  check: (subject, runs) =>
    check(
      fc.tuple(small(300), small(200), int8, small(4), seed),
      runs,
      ([length, sourceLength, fill, count, start]) => {
        const placement = { ...subject, spare: noBorder };
        const reference = createReferenceKernels();
        const input = noise(sourceLength, start, [-128, 127]);
        const moved = new Int8Array(length);
        const params = { source: tableOf(length, start, sourceLength), fill };
        expectSame(fastMove(params, input, moved), reference.move(params, input, moved), placement, 'refuse');
        const sizes = [1 + (length % 60), 1 + (sourceLength % 60)];
        const parts = sizes.map((size, k) => noise(size * count, start + k, [-128, 127]));
        const joined = new Int8Array(count * ((sizes[0] as number) + (sizes[1] as number)));
        const join = { sizes, count };
        expectSame(fastJoin(join, parts, joined), reference.join(join, parts, joined), placement, 'refuse');
      },
    ),
};

export const kernelProperties: readonly Property[] = [
  conv,
  depthwise,
  dense,
  add,
  multiply,
  pools,
  sum,
  lookup,
  moves,
];
