/** Ops that move blocks of elements to or from places that indices name. */
import { elementCount } from '../../../model/data.ts';
import { clamp } from '../../../model/rounding.ts';
import type { KnownKind, Shape } from '../../../model/types.ts';
import { Problem } from '../../../problem.ts';
import { type OpContext, size, type Value } from '../context.ts';
import type { BlockParams } from '../kernel-params.ts';
import type { MovableArray, Step } from '../kernels.ts';
import { strides } from '../positions.ts';
import { expectSameKind, movable } from './moves.ts';
import { inTurn, type Planner } from './planner.ts';
import { resolveAxis } from './reduce.ts';
import { statedIntegers } from './stated.ts';

interface Blocks {
  /** Elements of a block. */
  readonly blockSize: number;
  readonly count: number;
  /** Where block `k` begins, in elements; `index` reads the op's indices and checks them. */
  readonly position: (k: number, index: (at: number, limit: number) => number) => number;
}

function product(shape: Shape, from: number, to: number): number {
  return elementCount(shape.slice(from, to));
}

/** What an index that names no place does: nothing, or it is moved to the nearest place. */
type Outside = 'refused' | 'moved';

/**
 * The blocks' positions and the step that computes them: constant indices are looked at once, while planning, others
 * in every run.
 */
function located(
  context: OpContext,
  { indices, outside = 'refused' }: { readonly indices: Value; readonly outside?: Outside },
  { count, position }: Blocks,
): { readonly positions: Int32Array; readonly steps: readonly Step[] } {
  if (indices.dtype !== 'int32' && indices.dtype !== 'int64')
    throw context.unsupported(`with ${indices.dtype} indices`);
  const positions = new Int32Array(count);
  const index = (at: number, limit: number): number => {
    const value = Number(indices.data[at]);
    if (value >= 0 && value < limit) return value;
    if (outside === 'moved') return clamp(value, 0, limit - 1);
    const text = `index ${value} of "${indices.name}" is outside of ${limit} elements`;
    if (indices.constant) throw context.invalid(text);
    throw new Problem('compute/runtime', `${context.describe()}: ${text}.`, { tensor: indices.id });
  };
  const step = (): void => {
    for (let k = 0; k < count; k++) positions[k] = position(k, index);
  };
  if (!indices.constant) return { positions, steps: [step] };
  step();
  return { positions, steps: [] };
}

/** Both as integers of their size, which must be the same. */
function movables(context: OpContext, a: Value, b: Value): readonly [MovableArray, MovableArray] {
  expectSameKind(context, a, b);
  return [movable(a.data), movable(b.data)];
}

function planTake(
  context: OpContext,
  { input, indices, output }: { readonly input: Value; readonly indices: Value; readonly output: Value },
  blocks: Blocks,
): Step {
  const { positions, steps } = located(context, { indices }, blocks);
  const [from, to] = [movable(input.data), movable(output.data)];
  return inTurn([...steps, context.kernels.take({ size: blocks.blockSize, positions }, from, to)]);
}

/** input [batch…, outer…, axis, inner…], indices [batch…, own…] → [batch…, outer…, own…, inner…] */
const planGather: Planner<'GATHER'> = (op, context) => {
  const [input, indices, output] = [context.input(0), context.input(1), context.output()];
  expectSameKind(context, input, output);
  const axis = resolveAxis(context, op.options.axis, input.shape.length);
  const { batchDims: given } = op.options;
  const batchDims = given < 0 ? given + indices.shape.length : given;
  const sameBatch = input.shape.slice(0, batchDims).join() === indices.shape.slice(0, batchDims).join();
  if (batchDims < 0 || batchDims > axis || batchDims > indices.shape.length || !sameBatch)
    throw context.invalid(`its ${given} batch dimensions do not fit [${input.shape}] and [${indices.shape}]`);
  const own = indices.shape.slice(batchDims);
  context.expectShape(output, [...input.shape.slice(0, axis), ...own, ...input.shape.slice(axis + 1)]);
  const limit = size(input.shape, axis);
  const blockSize = product(input.shape, axis + 1, input.shape.length);
  const [outer, each] = [product(input.shape, batchDims, axis), elementCount(own)];
  return planTake(
    context,
    { input, indices, output },
    {
      blockSize,
      count: product(input.shape, 0, axis) * each,
      position: (k, index) => {
        const row = Math.floor(k / each);
        const at = Math.floor(row / outer) * each + (k % each);
        return (row * limit + index(at, limit)) * blockSize;
      },
    },
  );
};

/** Each row of indices names a block of the first `depth` dimensions of `shape`. */
function namedBlocks(context: OpContext, shape: Shape, indices: Shape): Blocks & { readonly depth: number } {
  const depth = indices[indices.length - 1];
  if (depth === undefined || depth > shape.length || depth < 1)
    throw context.invalid(`indices of shape [${indices}] do not fit a tensor of shape [${shape}]`);
  const step = strides(shape);
  return {
    depth,
    blockSize: product(shape, depth, shape.length),
    count: elementCount(indices) / depth,
    position: (k, index) => {
      let position = 0;
      for (let d = 0; d < depth; d++) position += index(k * depth + d, size(shape, d)) * size(step, d);
      return position;
    },
  };
}

const planGatherNd: Planner<'GATHER_ND'> = (_, context) => {
  const [input, indices, output] = [context.input(0), context.input(1), context.output()];
  expectSameKind(context, input, output);
  const blocks = namedBlocks(context, input.shape, indices.shape);
  context.expectShape(output, [...indices.shape.slice(0, -1), ...input.shape.slice(blocks.depth)]);
  return planTake(context, { input, indices, output }, blocks);
};

const planEmbeddingLookup: Planner<'EMBEDDING_LOOKUP'> = (_, context) => {
  const [indices, input, output] = [context.input(0), context.input(1), context.output()];
  context.expectRank(indices, 1);
  if (input.shape.length < 2) throw context.invalid('its table needs rows and columns');
  if (input.dtype !== output.dtype) throw context.unsupported(`from ${input.dtype} to ${output.dtype}`);
  // TensorFlow Lite copies rows as they are stored, even where its own quantizer gave the output another scale.
  context.expectShape(output, [...indices.shape, ...input.shape.slice(1)]);
  const blockSize = product(input.shape, 1, input.shape.length);
  return planTake(
    context,
    { input, indices, output },
    {
      blockSize,
      count: size(indices.shape, 0),
      position: (k, index) => index(k, size(input.shape, 0)) * blockSize,
    },
  );
};

interface Scattered {
  readonly updates: Value;
  readonly output: Value;
  readonly params: BlockParams;
  /** What has to run before the positions are there. */
  readonly steps: readonly Step[];
}

/** Where SCATTER_ND's updates go, of any type. */
export function scattered(context: OpContext): Scattered {
  const [indices, updates, output] = [context.input(0), context.input(1), context.output()];
  context.expectShape(output, statedIntegers(context, 2, output.shape));
  const blocks = namedBlocks(context, output.shape, indices.shape);
  context.expectShape(updates, [...indices.shape.slice(0, -1), ...output.shape.slice(blocks.depth)]);
  const { positions, steps } = located(context, { indices }, blocks);
  return { updates, output, params: { size: blocks.blockSize, positions }, steps };
}

/** Updates that name the same place are added up, in stored values and from a stored 0 on (reference_ops.h, ScatterNd). */
const planScatterNd: Planner<'SCATTER_ND'> = (_, context) => {
  const { updates, output, params, steps } = scattered(context);
  const [from, to] = movables(context, updates, output);
  return inTurn([...steps, context.kernels.scatterAdd(params, from, to)]);
};

/** The rows of a box of shape `part` in `whole`; the indices say where it begins in each dimension. */
function boxBlocks(context: OpContext, whole: Shape, part: Shape): Blocks {
  const rank = whole.length;
  const room = whole.map((count, d) => count - size(part, d));
  if (part.length !== rank || room.some((free) => free < 0))
    throw context.invalid(`a part of shape [${part}] does not fit into [${whole}]`);
  const [step, own] = [strides(whole), strides(part)];
  const blockSize = rank === 0 ? 1 : size(part, rank - 1);
  const position: Blocks['position'] = (k, index) => {
    let rest = k * blockSize;
    let position = 0;
    for (let d = 0; d < rank; d++) {
      position += (index(d, size(room, d) + 1) + Math.floor(rest / size(own, d))) * size(step, d);
      rest %= size(own, d);
    }
    return position;
  };
  return { blockSize, count: blockSize === 0 ? 0 : elementCount(part) / blockSize, position };
}

const planSlice: Planner<'SLICE'> = (_, context) => {
  const [input, indices, output] = [context.input(0), context.input(1), context.output()];
  expectSameKind(context, input, output);
  const rank = input.shape.length;
  context.expectShape(indices, [rank]);
  const sizes = context.integers(2);
  // −1 takes what is left, which only the output's shape tells where the begin is not constant.
  const shape = input.shape.map((_, d) => (sizes[d] === -1 ? size(output.shape, d) : size(sizes, d)));
  context.expectShape(output, shape);
  const blocks = boxBlocks(context, input.shape, shape);
  const rest = input.shape.every(
    (count, d) => sizes[d] !== -1 || !indices.constant || Number(indices.data[d]) + size(shape, d) === count,
  );
  if (!rest) throw context.invalid(`[${sizes}] from [${indices.data}] of [${input.shape}] is not [${shape}]`);
  return planTake(context, { input, indices, output }, blocks);
};

/** The update's place is moved until it fits (tflite/kernels/dynamic_update_slice.cc, ClampStartIndices). */
const planDynamicUpdateSlice: Planner<'DYNAMIC_UPDATE_SLICE'> = (_, context) => {
  const [input, update, indices] = [context.input(0), context.input(1), context.input(2)];
  const output = context.output();
  context.expectShape(output, input.shape);
  context.expectShape(indices, [input.shape.length]);
  const blocks = boxBlocks(context, input.shape, update.shape);
  const { positions, steps } = located(context, { indices, outside: 'moved' }, blocks);
  const [from, to] = movables(context, input, output);
  const [part] = movables(context, update, output);
  return inTurn([
    ...steps,
    context.kernels.join({ sizes: [from.length], count: 1 }, [from], to),
    context.kernels.put({ size: blocks.blockSize, positions }, part, to),
  ]);
};

export const blockPlanners = {
  SLICE: planSlice,
  GATHER: planGather,
  GATHER_ND: planGatherNd,
  EMBEDDING_LOOKUP: planEmbeddingLookup,
  SCATTER_ND: planScatterNd,
  DYNAMIC_UPDATE_SLICE: planDynamicUpdateSlice,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
