/**
 * From prepared ops to steps: which activations lie in WebAssembly memory, with which border and where, and what has to be
 * carried over for ops that only have a plain kernel.
 */
import type { ByteArray, CompositeStep, Step } from '../core/execute/int8/kernels.ts';
import type { Held, LinkedPlan, PreparedOp, PreparedPlan } from '../core/execute/int8/prepared-plan.ts';
import type { Elements } from '../core/model/types.ts';
import { layOutArena } from './arena.ts';
import type { FastOp, Use } from './fast-op.ts';
import { type Format, isBordered, noBorder, StoredImage, widest } from './image.ts';
import type { Form } from './machine.ts';
import type { Workspace } from './memory.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;

/** An activation that some fast op touches. */
interface Resident {
  readonly array: ByteArray;
  readonly uses: readonly Use[];
}

/** An op, or one kernel of several that make up an op. */
interface Op extends PreparedOp {
  readonly fast: FastOp | undefined;
}

function usesOf({ inputs, output }: FastOp): readonly Use[] {
  return [...inputs, output];
}

/** The kernels that make up a step; undefined where something else does its work. */
function partsOf(
  step: Step | CompositeStep,
  fastOps: ReadonlyMap<Step, FastOp>,
): readonly Step[] | undefined {
  if (fastOps.has(step)) return [step];
  if (!('parts' in step)) return undefined;
  const parts = step.parts.map((part) => partsOf(part, fastOps));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** Kernels may see an activation through a view of their own; this finds the buffer that the plan knows it by. */
function canonical(plan: PreparedPlan): (use: Use) => Use {
  const known = new Map<ArrayBufferLike, Elements>();
  for (const { inputs, outputs } of plan.ops)
    for (const array of [...inputs, ...outputs]) known.set(array.buffer, array);
  return (use) => {
    const array = known.get(use.array.buffer);
    return array?.byteLength === use.array.byteLength ? { ...use, array: array as ByteArray } : use;
  };
}

/** Each op as its kernels, or as one that is run plainly. */
function takeApart(plan: PreparedPlan, fastOps: ReadonlyMap<Step, FastOp>): readonly (readonly Op[])[] {
  const same = canonical(plan);
  return plan.ops.map((op) => {
    const parts = partsOf(op.step, fastOps);
    if (parts === undefined) return [{ ...op, fast: undefined }];
    return parts.map((step) => {
      const { inputs, output, ...rest } = fastOps.get(step) as FastOp;
      const fast: FastOp = { ...rest, inputs: inputs.map(same), output: same(output) };
      return { step, inputs: fast.inputs.map(({ array }) => array), outputs: [fast.output.array], fast };
    });
  });
}

function residentsOf(ops: readonly Op[]): ReadonlyMap<Elements, Resident> {
  const residents = new Map<Elements, Resident>();
  for (const { fast } of ops) {
    for (const use of fast === undefined ? [] : usesOf(fast)) {
      const uses = residents.get(use.array)?.uses ?? [];
      residents.set(use.array, { array: use.array, uses: [...uses, use] });
    }
  }
  return residents;
}

/** The form in which every user of an activation finds what it needs. */
function formatOf({ array, uses }: Resident, form: Form): Format {
  const dimensions = uses.find((use) => use.dimensions !== undefined)?.dimensions;
  const bordered = uses.filter(
    ({ border }) => border !== undefined && border !== 'none' && isBordered(border),
  );
  return {
    ...(dimensions ?? { batch: 1, height: 1, width: 1, channels: array.length }),
    border: bordered.reduce(
      (sum, { border }) => (border === 'none' ? sum : widest(sum, border ?? noBorder)),
      noBorder,
    ),
    form,
    zeroPoint: bordered[0]?.zeroPoint ?? 0,
  };
}

/** An op that cannot work around a border keeps its plain kernel where another op of the same activation needs one. */
function settle(ops: readonly Op[], form: Form): readonly Op[] {
  const residents = residentsOf(ops);
  const clashes = ({ array, border }: Use): boolean => {
    const resident = residents.get(array);
    return border === 'none' && resident !== undefined && isBordered(formatOf(resident, form).border);
  };
  return ops.map((op) =>
    op.fast !== undefined && usesOf(op.fast).some(clashes) ? { ...op, fast: undefined } : op,
  );
}

interface Times {
  readonly birth: number;
  readonly death: number;
}

/** When a value is made and last read; −1: before the first op. */
function timesOf(ops: readonly Op[], array: Elements): Times {
  const birth = ops.findIndex(({ outputs }) => outputs.includes(array));
  const death = ops.findLastIndex(({ inputs }) => inputs.includes(array));
  return { birth, death: Math.max(birth, death) };
}

/** Places every resident; the plan's outputs until the end, and for good what is neither made nor given: constants. */
function place(
  workspace: Workspace,
  plan: PreparedPlan,
  ops: readonly Op[],
): { readonly images: Map<Elements, StoredImage>; readonly arena: number } {
  const changing = new Set([...plan.ops, ...ops].flatMap(({ outputs }) => outputs));
  for (const array of plan.ops.flatMap(({ inputs }) => inputs)) changing.add(array);
  const images = new Map<Elements, StoredImage>();
  const values = [...residentsOf(ops).values()].map(({ array, ...resident }) => {
    const format = formatOf({ array, ...resident }, workspace.form);
    const constant = !changing.has(array);
    const times = constant ? { birth: -1, death: FOREVER } : timesOf(ops, array);
    const death = plan.outputs.includes(array) ? FOREVER : times.death;
    return { array, ...times, death, format, constant, bytes: StoredImage.bytesOf(format) };
  });
  const arena = layOutArena(values);
  const base = workspace.reserve(arena.bytes);
  values.forEach(({ array, format, constant }, k) => {
    const image = new StoredImage(format, base + (arena.offsets[k] as number));
    images.set(array, image);
    if (constant) image.store(workspace, array);
  });
  return { images, arena: arena.bytes };
}

/** A plain kernel among fast ones: its inputs are fetched, its outputs brought back. */
function plainStep(
  workspace: Workspace,
  { step, inputs, outputs }: Op,
  { images, fetched }: { images: ReadonlyMap<Elements, StoredImage>; fetched: ReadonlySet<Elements> },
): Step {
  const pick = (arrays: readonly Elements[]) =>
    [...new Set(arrays)].flatMap((array) => {
      const image = images.get(array);
      return image === undefined ? [] : [{ image, array: array as ByteArray }];
    });
  const before = pick(inputs.filter((array) => fetched.has(array)));
  const after = pick(outputs);
  if (before.length === 0 && after.length === 0) return step;
  return () => {
    for (const { image, array } of before) image.load(workspace, array);
    step();
    for (const { image, array } of after) image.store(workspace, array);
  };
}

function inTurn(steps: readonly Step[]): Step {
  const [first] = steps;
  if (first !== undefined && steps.length === 1) return first;
  return () => {
    for (const step of steps) step();
  };
}

/** The steps of the parts of each op as one. */
function together(apart: readonly (readonly Op[])[], bound: readonly Step[]): readonly Step[] {
  let next = 0;
  return apart.map((parts) => {
    next += parts.length;
    return inTurn(bound.slice(next - parts.length, next));
  });
}

function heldIn(workspace: Workspace, image: StoredImage): Held {
  return {
    load: (into) => image.load(workspace, into as ByteArray),
    store: (from) => {
      workspace.attend();
      image.store(workspace, from as ByteArray);
    },
  };
}

export function link(workspace: Workspace, plan: PreparedPlan, fastOps: Map<Step, FastOp>): LinkedPlan {
  const apart = takeApart(plan, fastOps);
  const ops = settle(apart.flat(), workspace.form);
  const { images, arena } = place(workspace, plan, ops);
  const imageOf = ({ array }: Use) => images.get(array) as StoredImage;
  /** Activations whose buffers are not current when their op has run. */
  const fetched = new Set<Elements>(
    ops.flatMap(({ fast }) => (fast === undefined ? [] : [fast.output.array])),
  );
  const bound = ops.map((op) =>
    op.fast === undefined
      ? plainStep(workspace, op, { images, fetched })
      : op.fast.bind(workspace, op.fast.inputs.map(imageOf), imageOf(op.fast.output)),
  );
  const plain = new Set(ops.flatMap(({ fast, inputs, outputs }) => (fast ? [] : [...inputs, ...outputs])));
  // Whoever holds the kernels holds this map, and with it every buffer.
  fastOps.clear();
  return {
    steps: together(apart, bound),
    memory: () => ({ bytes: workspace.size, arena }),
    release: (buffer) => {
      const image = images.get(buffer);
      if (image === undefined || plain.has(buffer)) return undefined;
      images.delete(buffer);
      fetched.delete(buffer);
      return heldIn(workspace, image);
    },
    read: (buffer) => {
      if (fetched.has(buffer)) images.get(buffer)?.load(workspace, buffer as ByteArray);
    },
    wrote: (buffer) => {
      workspace.attend();
      images.get(buffer)?.store(workspace, buffer as ByteArray);
    },
  };
}
