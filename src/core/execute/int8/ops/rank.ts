/** Ops that compare raw values: where the greatest stands, and which of two is taken. */
import { allocate, elementCount } from '../../../model/data.ts';
import type { KnownKind, Shape } from '../../../model/types.ts';
import { type OpContext, size, type Value } from '../context.ts';
import type { ArgParams, TopParams } from '../kernel-params.ts';
import type { MovableArray, Step } from '../kernels.ts';
import { broadcastPositions, broadcastShape } from '../positions.ts';
import { expectSameKind, movable } from './moves.ts';
import { inTurn, type Planner } from './planner.ts';
import { resolveAxis } from './reduce.ts';

interface Arg {
  readonly params: ArgParams;
  readonly positions: Int32Array | BigInt64Array;
}

/** ARG_MAX (`sign` 1) or ARG_MIN (−1) of an input of any type. */
export function argOf(context: OpContext, input: Value, sign: 1 | -1): Arg {
  const output = context.output();
  const axis = resolveAxis(context, size(context.integers(1), 0), input.shape.length);
  context.expectShape(
    output,
    input.shape.filter((_, d) => d !== axis),
  );
  const { data } = output;
  if (!(data instanceof Int32Array || data instanceof BigInt64Array))
    throw context.unsupported(`to ${output.dtype}`);
  const depth = size(input.shape, axis);
  if (depth === 0) throw context.invalid('it has nothing to compare');
  const outer = elementCount(input.shape.slice(0, axis));
  const inner = elementCount(input.shape.slice(axis + 1));
  return { params: { outer, depth, inner, sign }, positions: data };
}

function planArg(context: OpContext, sign: 1 | -1): Step {
  const input = context.int8Input(0);
  const { params, positions } = argOf(context, input, sign);
  return context.kernels.argExtreme(params, input.data, positions);
}

interface Top {
  readonly params: TopParams;
  readonly indices: Int32Array;
}

/** TOPK_V2 of an input of any type. */
export function topOf(context: OpContext, input: Value, values: Value): Top {
  const indices = context.output(1);
  if (input.shape.length === 0) throw context.invalid('it needs at least one dimension');
  const [k] = context.integers(1);
  const depth = size(input.shape, input.shape.length - 1);
  if (k === undefined || k < 0 || k > depth) throw context.invalid(`it takes ${k} of ${depth} elements`);
  const shape = [...input.shape.slice(0, -1), k];
  context.expectShape(values, shape);
  context.expectShape(indices, shape);
  if (!(indices.data instanceof Int32Array)) throw context.unsupported(`with ${indices.dtype} indices`);
  const rows = elementCount(input.shape.slice(0, -1));
  return { params: { rows, depth, count: k }, indices: indices.data };
}

const planTopK: Planner<'TOPK_V2'> = (_, context) => {
  const [input, values] = [context.int8Input(0), context.int8Output(0)];
  context.expectSameQuant(input, values);
  const { params, indices } = topOf(context, input, values);
  return context.kernels.topK(params, input.data, { values: values.data, indices });
};

/** `value` in the shape of the output, and what has to run before it is. */
function spread(
  context: OpContext,
  value: Value,
  shape: Shape,
): { readonly data: MovableArray; readonly steps: readonly Step[] } {
  const data = movable(value.data);
  if (elementCount(value.shape) === elementCount(shape)) return { data, steps: [] };
  const source = broadcastPositions(value.shape, shape);
  const copy = movable(allocate(value.dtype, source.length));
  return { data: copy, steps: [context.kernels.move({ source, fill: 0 }, data, copy)] };
}

/** SELECT's condition may also name rows: one entry for each position of the first dimension. */
function conditionShape(condition: Shape, shape: Shape): Shape {
  const rows = condition.length === 1 && shape.length > 1 && condition[0] === shape[0];
  return rows ? [...condition, ...shape.slice(1).map(() => 1)] : condition;
}

function planSelect(context: OpContext, broadcasts: boolean): Step {
  const [given, left, right] = [context.input(0), context.input(1), context.input(2)];
  const output = context.output();
  context.expectDtype(given, 'bool');
  for (const value of [left, right]) expectSameKind(context, value, output);
  const shape = broadcastShape(left.shape, right.shape);
  const condition = broadcasts ? given : { ...given, shape: conditionShape(given.shape, left.shape) };
  const made = shape === undefined ? undefined : broadcastShape(condition.shape, shape);
  if (made === undefined || (!broadcasts && made.join() !== left.shape.join()))
    throw context.invalid(
      `its inputs' shapes [${given.shape}], [${left.shape}], [${right.shape}] do not fit`,
    );
  context.expectShape(output, made);
  const [c, l] = [spread(context, condition, made), spread(context, left, made)];
  const r = spread(context, right, made);
  const flags = new Uint8Array(c.data.buffer, c.data.byteOffset, c.data.length);
  const step = context.kernels.select(flags, [l.data, r.data], movable(output.data));
  return inTurn([...c.steps, ...l.steps, ...r.steps, step]);
}

export const rankPlanners = {
  ARG_MAX: (_, context) => planArg(context, 1),
  ARG_MIN: (_, context) => planArg(context, -1),
  TOPK_V2: planTopK,
  SELECT: (_, context) => planSelect(context, false),
  SELECT_V2: (_, context) => planSelect(context, true),
} satisfies { readonly [K in KnownKind]?: Planner<K> };
