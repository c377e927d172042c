/** Ops that move elements without computing: each says where its output's elements come from. */
import { elementCount } from '../../../model/data.ts';
import type { Elements, KnownKind, Shape } from '../../../model/types.ts';
import { type OpContext, size, type Value } from '../context.ts';
import type { MovableArray, Step } from '../kernels.ts';
import { broadcastPositions, broadcastShape, offsets, strides, sumOfOffsets } from '../positions.ts';
import { inTurn, type Planner } from './planner.ts';
import { resolveAxis } from './reduce.ts';
import { expectIntegers, integersOf, statedIntegers, whileRunning } from './stated.ts';
import { type StridedSlice, stridedRange } from './strided-slice.ts';

/** Elements as integers of their size; those that are need no view, so that kernels know them by identity. */
export function movable(data: Elements): MovableArray {
  if (data instanceof Int8Array || data instanceof Int16Array || data instanceof Int32Array) return data;
  switch (data.BYTES_PER_ELEMENT) {
    case 1:
      return new Int8Array(data.buffer, data.byteOffset, data.length);
    case 2:
      return new Int16Array(data.buffer, data.byteOffset, data.length);
    case 4:
      return new Int32Array(data.buffer, data.byteOffset, data.length);
    default:
      return new BigInt64Array(data.buffer, data.byteOffset, data.length);
  }
}

/** Moved values keep their meaning: same type, and same parameters where there are any. */
export function expectSameKind(context: OpContext, a: Value, b: Value): void {
  context.expectDtype(b, a.dtype);
  if (a.dtype === 'int8') {
    if (a.quant !== undefined || b.quant !== undefined)
      context.expectSameQuant(context.quantized(a), context.quantized(b));
  } else if (a.dtype === 'int16' && a.quant !== undefined && b.quant !== undefined) {
    if (context.scales(a).join() !== context.scales(b).join())
      throw context.invalid(`"${a.name}" and "${b.name}" must have the same scale`);
  }
}

interface Move {
  readonly input: Value;
  readonly output: Value;
  readonly source: Int32Array;
  readonly fill?: number;
}

export function planMove(context: OpContext, { input, output, source, fill = 0 }: Move): Step {
  expectSameKind(context, input, output);
  context.expectCount(output, source.length);
  return context.kernels.move({ source, fill }, movable(input.data), movable(output.data));
}

/** RESHAPE and its kin: the same elements in the same order. */
function planCopy(context: OpContext): Step {
  const [input, output] = [context.input(0), context.output()];
  expectSameKind(context, input, output);
  const count = elementCount(input.shape);
  context.expectCount(output, count);
  return context.kernels.join({ sizes: [count], count: 1 }, [movable(input.data)], movable(output.data));
}

const planTranspose: Planner<'TRANSPOSE'> = (_, context) => {
  const [input, output] = [context.input(0), context.output()];
  const order = context.integers(1).map((axis) => resolveAxis(context, axis, input.shape.length));
  if (new Set(order).size !== input.shape.length)
    throw context.invalid(`[${order}] is no permutation of its dimensions`);
  const step = strides(input.shape);
  context.expectShape(
    output,
    order.map((axis) => size(input.shape, axis)),
  );
  const tables = order.map((axis) => offsets(size(input.shape, axis), (i) => i * size(step, axis)));
  return planMove(context, { input, output, source: sumOfOffsets(tables) });
};

/** Positions of the box of `shape` that begins at `begin`. */
function boxPositions(input: Shape, begin: readonly number[], shape: Shape): Int32Array {
  const step = strides(input);
  return sumOfOffsets(shape.map((count, d) => offsets(count, (i) => (size(begin, d) + i) * size(step, d))));
}

/** Where the elements of a slice come from. */
function slicePositions(
  context: OpContext,
  slice: StridedSlice,
  { input, output }: { readonly input: Value; readonly output: Value },
): Int32Array {
  const ranges = stridedRange(context, input.shape, slice);
  context.expectShape(
    output,
    ranges.filter((range) => !range.dropped).map((range) => range.count),
  );
  const step = [...strides(input.shape)];
  const tables = ranges.map(({ added, count, start, stride }) => {
    const own = added ? 0 : (step.shift() as number);
    return offsets(count, (i) => (start + i * stride) * own);
  });
  return sumOfOffsets(tables);
}

/** What bounds only a run knows select must have the shape that the model says. */
const planStridedSlice: Planner<'STRIDED_SLICE'> = (op, context) => {
  const [input, output] = [context.input(0), context.output()];
  const bounds = [1, 2, 3].map((position) => context.input(position)) as [Value, Value, Value];
  for (const bound of bounds) expectIntegers(context, bound, elementCount(bounds[0].shape));
  const current = (): Int32Array => {
    const [begin, end, steps] = bounds;
    const slice = {
      begin: integersOf(begin),
      end: integersOf(end),
      strides: integersOf(steps),
      ...op.options,
    };
    return slicePositions(context, slice, { input, output });
  };
  if (bounds.every(({ constant }) => constant))
    return planMove(context, { input, output, source: current() });
  expectSameKind(context, input, output);
  const positions = new Int32Array(elementCount(output.shape));
  const locate = () => positions.set(whileRunning(current));
  const take = context.kernels.take({ size: 1, positions }, movable(input.data), movable(output.data));
  return inTurn([locate, take]);
};

/** Consecutive parts along one axis, one per output. `sizes` are the parts' lengths. */
function planParts(
  context: OpContext,
  { input, axis, sizes }: { input: Value; axis: number; sizes: readonly number[] },
): Step {
  if (sizes.reduce((sum, part) => sum + part, 0) !== input.shape[axis]) {
    throw context.invalid(`parts of [${sizes}] do not make up ${input.shape[axis]} elements`);
  }
  let from = 0;
  const steps = sizes.map((part, k) => {
    const begin = input.shape.map((_, d) => (d === axis ? from : 0));
    const shape = input.shape.map((count, d) => (d === axis ? part : count));
    from += part;
    return planMove(context, {
      input,
      output: context.output(k),
      source: boxPositions(input.shape, begin, shape),
    });
  });
  return inTurn(steps);
}

const planSplit: Planner<'SPLIT'> = (op, context) => {
  const input = context.input(1);
  const axis = resolveAxis(context, size(context.integers(0), 0), input.shape.length);
  const part = size(input.shape, axis) / op.outputs.length;
  return planParts(context, { input, axis, sizes: op.outputs.map(() => part) });
};

const planSplitV: Planner<'SPLIT_V'> = (_, context) => {
  const input = context.input(0);
  const axis = resolveAxis(context, size(context.integers(2), 0), input.shape.length);
  const given = context.integers(1);
  const rest = size(input.shape, axis) - given.reduce((sum, part) => sum + Math.max(part, 0), 0);
  return planParts(context, { input, axis, sizes: given.map((part) => (part === -1 ? rest : part)) });
};

const planUnpack: Planner<'UNPACK'> = (op, context) => {
  const input = context.input(0);
  const axis = resolveAxis(context, op.options.axis, input.shape.length);
  return planParts(context, { input, axis, sizes: op.outputs.map(() => 1) });
};

const planTile: Planner<'TILE'> = (_, context) => {
  const [input, output] = [context.input(0), context.output()];
  context.expectRank(output, input.shape.length);
  const multiples = statedIntegers(
    context,
    1,
    output.shape.map((count, d) => count / size(input.shape, d)),
  );
  context.expectShape(
    output,
    input.shape.map((count, d) => count * size(multiples, d)),
  );
  const step = strides(input.shape);
  const tables = output.shape.map((count, d) =>
    offsets(count, (i) => (i % size(input.shape, d)) * size(step, d)),
  );
  return planMove(context, { input, output, source: sumOfOffsets(tables) });
};

const planBroadcastTo: Planner<'BROADCAST_TO'> = (_, context) => {
  const [input, output] = [context.input(0), context.output()];
  const shape = statedIntegers(context, 1, output.shape);
  context.expectShape(output, shape);
  context.expectShape(output, broadcastShape(input.shape, shape) ?? []);
  return planMove(context, { input, output, source: broadcastPositions(input.shape, shape) });
};

const planReverse: Planner<'REVERSE_V2'> = (_, context) => {
  const [input, output] = [context.input(0), context.output()];
  const axes = new Set(context.integers(1).map((axis) => resolveAxis(context, axis, input.shape.length)));
  context.expectShape(output, input.shape);
  const step = strides(input.shape);
  const tables = input.shape.map((count, d) =>
    offsets(count, (i) => (axes.has(d) ? count - 1 - i : i) * size(step, d)),
  );
  return planMove(context, { input, output, source: sumOfOffsets(tables) });
};

export const movePlanners = {
  RESHAPE: (_, context) => planCopy(context),
  SQUEEZE: (_, context) => planCopy(context),
  EXPAND_DIMS: (_, context) => {
    // The shapes say what it would.
    context.input(1);
    return planCopy(context);
  },
  TRANSPOSE: planTranspose,
  STRIDED_SLICE: planStridedSlice,
  SPLIT: planSplit,
  SPLIT_V: planSplitV,
  UNPACK: planUnpack,
  TILE: planTile,
  BROADCAST_TO: planBroadcastTo,
  REVERSE_V2: planReverse,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
