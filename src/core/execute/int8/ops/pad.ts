/** Ops that surround an image or arrange it in blocks. */
import type { KnownKind, Shape } from '../../../model/types.ts';
import { type OpContext, size, type Value } from '../context.ts';
import { compose, OUTSIDE, offsets, strides, sumOfOffsets } from '../positions.ts';
import { expectSameKind, movable, planMove } from './moves.ts';
import type { Planner } from './planner.ts';

type Pads = readonly (readonly [before: number, after: number])[];

/** A constant [dimensions, 2] of paddings or crops. */
function padsOf(context: OpContext, position: number, dimensions: number): Pads {
  const values = context.integers(position);
  if (values.length !== 2 * dimensions || values.some((value) => value < 0)) {
    throw context.invalid(`paddings [${values}] do not fit ${dimensions} dimensions`);
  }
  return Array.from(
    { length: dimensions },
    (_, d) => [size(values, 2 * d), size(values, 2 * d + 1)] as const,
  );
}

function padded(shape: Shape, pads: Pads): Shape {
  return shape.map((count, d) => count + (pads[d]?.[0] ?? 0) + (pads[d]?.[1] ?? 0));
}

/** Where each element of the padded tensor comes from; `mirror` maps positions beyond the edge into the tensor. */
function padPositions(
  shape: Shape,
  pads: Pads,
  mirror: (position: number, count: number) => number,
): Int32Array {
  const step = strides(shape);
  return sumOfOffsets(
    padded(shape, pads).map((total, d) => {
      const count = size(shape, d);
      return offsets(total, (i) => {
        const position = mirror(i - (pads[d]?.[0] ?? 0), count);
        return position < 0 || position >= count ? OUTSIDE : position * size(step, d);
      });
    }),
  );
}

const keep = (position: number): number => position;

/** The stored value that means 0. */
function zeroOf(context: OpContext, value: Value): number {
  return value.dtype === 'int8' ? context.quantized(value).zeroPoint : 0;
}

const planPad: Planner<'PAD'> = (_, context) => {
  const [input, output] = [context.input(0), context.output()];
  const pads = padsOf(context, 1, input.shape.length);
  context.expectShape(output, padded(input.shape, pads));
  return planMove(context, {
    input,
    output,
    source: padPositions(input.shape, pads, keep),
    fill: zeroOf(context, output),
  });
};

const planPadV2: Planner<'PADV2'> = (_, context) => {
  const [input, output, fill] = [context.input(0), context.output(), context.constant(2)];
  context.expectCount(fill, 1);
  expectSameKind(context, fill, output);
  const pads = padsOf(context, 1, input.shape.length);
  context.expectShape(output, padded(input.shape, pads));
  const source = padPositions(input.shape, pads, keep);
  return planMove(context, { input, output, source, fill: Number(movable(fill.data)[0]) });
};

const planMirrorPad: Planner<'MIRROR_PAD'> = (op, context) => {
  const [input, output] = [context.input(0), context.output()];
  const pads = padsOf(context, 1, input.shape.length);
  // SYMMETRIC repeats the edge, REFLECT does not.
  const edge = op.options.mode === 'SYMMETRIC' ? 1 : 0;
  const mirror = (position: number, count: number): number => {
    if (position < 0) return -position - edge;
    return position < count ? position : 2 * (count - 1) - position + edge;
  };
  const tooWide = pads.some(
    ([before, after], d) => Math.max(before, after) > size(input.shape, d) - 1 + edge,
  );
  if (tooWide) throw context.invalid(`it mirrors more than its input of shape [${input.shape}] has`);
  context.expectShape(output, padded(input.shape, pads));
  return planMove(context, { input, output, source: padPositions(input.shape, pads, mirror) });
};

const run = (count: number, stride: number): readonly number[] => offsets(count, (i) => i * stride);

function blockOf(
  context: OpContext,
  blockSize: number,
): { readonly input: Value; readonly output: Value; readonly block: number } {
  const [input, output] = [context.input(0), context.output()];
  context.expectRank(input, 4);
  if (!(blockSize >= 1)) throw context.invalid(`block size ${blockSize} is below 1`);
  return { input, output, block: blockSize };
}

const planSpaceToDepth: Planner<'SPACE_TO_DEPTH'> = (op, context) => {
  const { input, output, block } = blockOf(context, op.options.blockSize);
  const [n, h, w, c] = input.shape as [number, number, number, number];
  if (h % block !== 0 || w % block !== 0)
    throw context.invalid(`${h}×${w} is no multiple of blocks of ${block}`);
  context.expectShape(output, [n, h / block, w / block, c * block * block]);
  const rows = [run(n, h * w * c), run(h / block, block * w * c), run(w / block, block * c)];
  return planMove(context, {
    input,
    output,
    source: sumOfOffsets([...rows, run(block, w * c), run(block, c), run(c, 1)]),
  });
};

const planDepthToSpace: Planner<'DEPTH_TO_SPACE'> = (op, context) => {
  const { input, output, block } = blockOf(context, op.options.blockSize);
  const [n, h, w, c] = input.shape as [number, number, number, number];
  const depth = c / (block * block);
  if (!Number.isInteger(depth)) throw context.invalid(`${c} channels are no multiple of ${block}×${block}`);
  context.expectShape(output, [n, h * block, w * block, depth]);
  const tables = [
    run(n, h * w * c),
    run(h, w * c),
    run(block, block * depth),
    run(w, c),
    run(block, depth),
    run(depth, 1),
  ];
  return planMove(context, { input, output, source: sumOfOffsets(tables) });
};

interface Blocks {
  readonly input: Value;
  readonly output: Value;
  /** The input's shape with a height and a width. */
  readonly image: readonly [batch: number, h: number, w: number, channels: number];
  readonly block: readonly [h: number, w: number];
  /** Paddings or crops of height and width. */
  readonly pads: readonly [Pads[number], Pads[number]];
  /** The output's shape for that of an image. */
  readonly made: (shape: Shape) => Shape;
}

/** What both block ops take: images, or rows without a width, which then is 1. */
function blocksOf(context: OpContext): Blocks {
  const [input, output] = [context.input(0), context.output()];
  const rank = input.shape.length;
  if (rank !== 3 && rank !== 4)
    throw context.invalid(`"${input.name}" of shape [${input.shape}] needs 3 or 4 dimensions`);
  const sizes = context.integers(1);
  if (sizes.length !== rank - 2 || sizes.some((count) => count < 1))
    throw context.invalid(`blocks of [${sizes}] do not fit ${rank} dimensions`);
  const [pads, flat] = [padsOf(context, 2, rank - 2), rank === 3];
  const shape = flat ? [...input.shape.slice(0, 2), 1, size(input.shape, 2)] : input.shape;
  return {
    input,
    output,
    image: shape as [number, number, number, number],
    block: [size(sizes, 0), sizes[1] ?? 1],
    pads: [pads[0] ?? [0, 0], pads[1] ?? [0, 0]],
    made: (all) => (flat ? all.filter((_, d) => d !== 2) : all),
  };
}

/** Batch [blockH, blockW, batch] and space to an image. */
const planBatchToSpace: Planner<'BATCH_TO_SPACE_ND'> = (_, context) => {
  const { input, output, image, block, pads, made } = blocksOf(context);
  const [n, h, w, c] = image;
  const [blockH, blockW] = block;
  const [[top, bottom], [left, right]] = pads;
  const batch = n / (blockH * blockW);
  if (!Number.isInteger(batch))
    throw context.invalid(`a batch of ${n} is no multiple of ${blockH}×${blockW}`);
  const [rows, columns] = [h * blockH - top - bottom, w * blockW - left - right];
  if (rows < 0 || columns < 0) throw context.invalid('it crops more than there is');
  context.expectShape(output, made([batch, rows, columns, c]));
  const along = (
    count: number,
    { crop, per, stride, phase }: Record<'crop' | 'per' | 'stride' | 'phase', number>,
  ) => offsets(count, (i) => Math.floor((i + crop) / per) * stride + ((i + crop) % per) * phase);
  const all = h * w * c;
  const source = sumOfOffsets([
    run(batch, all),
    along(rows, { crop: top, per: blockH, stride: w * c, phase: blockW * batch * all }),
    along(columns, { crop: left, per: blockW, stride: c, phase: batch * all }),
    run(c, 1),
  ]);
  return planMove(context, { input, output, source });
};

const planSpaceToBatch: Planner<'SPACE_TO_BATCH_ND'> = (_, context) => {
  const { input, output, image, block, pads, made } = blocksOf(context);
  const [blockH, blockW] = block;
  const around: Pads = [[0, 0], ...pads, [0, 0]];
  const [n, h, w, c] = padded(image, around) as [number, number, number, number];
  if (h % blockH !== 0 || w % blockW !== 0)
    throw context.invalid(`${h}×${w} is no multiple of ${blockH}×${blockW}`);
  context.expectShape(output, made([n * blockH * blockW, h / blockH, w / blockW, c]));
  const phases = [run(blockH, w * c), run(blockW, c), run(n, h * w * c)];
  const space = [run(h / blockH, blockH * w * c), run(w / blockW, blockW * c), run(c, 1)];
  const source = compose(sumOfOffsets([...phases, ...space]), padPositions(image, around, keep));
  return planMove(context, { input, output, source, fill: zeroOf(context, output) });
};

export const padPlanners = {
  PAD: planPad,
  PADV2: planPadV2,
  MIRROR_PAD: planMirrorPad,
  SPACE_TO_DEPTH: planSpaceToDepth,
  DEPTH_TO_SPACE: planDepthToSpace,
  BATCH_TO_SPACE_ND: planBatchToSpace,
  SPACE_TO_BATCH_ND: planSpaceToBatch,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
