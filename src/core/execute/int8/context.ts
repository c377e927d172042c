import { constantOf, elementCount } from '../../model/data.ts';
import { isPresent, opName, tensorAt } from '../../model/graph.ts';
import type { Activation } from '../../model/options.ts';
import { clamp, roundHalfAway, roundHalfEven } from '../../model/rounding.ts';
import type { Dtype, Graph, Op, OpId, Quant, Shape, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { type FixedPoint, quantizeMultiplier } from '../fixed-point.ts';
import type { Halves, Output } from './kernel-params.ts';
import type { Int8Kernels, Step } from './kernels.ts';

/**
 * Whose bits a plan reproduces. They differ where TensorFlow Lite's own reference kernels left fixed point:
 * FULLY_CONNECTED rescales in float64, LOGISTIC and TANH are tables of float results. XNNPACK, LiteRT's default delegate,
 * rescales in float32; ops that it does not take run on LiteRT's own optimized kernels (ops/xnnpack.ts).
 */
export type Arithmetic = (typeof arithmetics)[number];
export const arithmetics = ['tflm', 'litert-reference', 'xnnpack'] as const;

/** Of float32. */
const SMALLEST_NORMAL = 2 ** -126;

/** A tensor with the buffer that its steps read and write. */
export interface Value extends TensorData {
  readonly id: TensorId;
  readonly name: string;
  readonly constant: boolean;
  readonly quant: Quant | undefined;
  /** The file has it as uint8; here it is int8, less 128 (see unsigned.ts). */
  readonly unsigned: boolean;
}
/** A per-tensor quantized value. */
export interface AffineValue extends Value {
  readonly scale: number;
  readonly zeroPoint: number;
  /** Bounds of the stored type. */
  readonly min: number;
  readonly max: number;
}
/** A per-tensor quantized value of one byte an element. */
export interface QuantizedValue extends AffineValue {
  readonly data: Int8Array | Uint8Array;
}
export interface Int8Value extends QuantizedValue {
  readonly data: Int8Array;
}

/** What is the same for all ops of a plan. */
export interface PlanContext {
  /** As kernels see it: without uint8. */
  readonly graph: Graph;
  /** Tensors that are uint8 in the file. */
  readonly unsigned: ReadonlySet<TensorId>;
  readonly kernels: Int8Kernels;
  readonly arithmetic: Arithmetic;
  /** Tensors that an op makes, but that no input of the model changes; their buffers hold their values. */
  readonly settled: ReadonlySet<TensorId>;
  /** Buffers of the activations. */
  readonly buffers: ReadonlyMap<TensorId, TensorData>;
}

/** What the planner of one op sees of the model; every refusal names the op and its position. */
export class OpContext {
  readonly kernels: Int8Kernels;
  readonly arithmetic: Arithmetic;
  /** What has to hold in every run before the op computes; planners add to it. */
  readonly checks: Step[] = [];
  readonly #plan: PlanContext;
  readonly #op: Op;
  readonly #id: OpId;

  constructor(plan: PlanContext, op: Op, id: OpId) {
    this.#plan = plan;
    this.#op = op;
    this.#id = id;
    this.kernels = plan.kernels;
    this.arithmetic = plan.arithmetic;
  }

  /** The op as messages name it. */
  describe(): string {
    return `Op ${this.#id} (${opName(this.#op)})`;
  }

  /** The op breaks a rule that TensorFlow Lite's kernel checks too. */
  invalid(reason: string): Problem {
    return new Problem('model/invalid', `${this.describe()}: ${reason}.`, {
      op: opName(this.#op),
      position: this.#id,
    });
  }

  /** The op is sound, but this form of it has no kernel here: `form` follows the op's name. */
  unsupported(form: string): Problem {
    const op = opName(this.#op);
    return new Problem('model/unsupported-op', `No kernel for ${op} ${form}.`, {
      op,
      position: this.#id,
      form,
    });
  }

  has(position: number): boolean {
    return isPresent(this.#op.inputs[position]);
  }

  input(position: number): Value {
    const id = this.#op.inputs[position];
    if (!isPresent(id)) throw this.invalid(`input ${position} is missing`);
    return this.#value(id);
  }

  output(position = 0): Value {
    const id = this.#op.outputs[position];
    if (!isPresent(id)) throw this.invalid(`output ${position} is missing`);
    return this.#value(id);
  }

  /** Scale and zero point of an intermediate: a tensor that only says how a value inside of the op is stored. */
  intermediate(position: number): { readonly scale: number; readonly zeroPoint: number } {
    const id = this.#op.intermediates?.[position];
    if (!isPresent(id)) throw this.invalid(`intermediate ${position} is missing`);
    const { quant, name } = tensorAt(this.#plan.graph, id);
    const [scale, zeroPoint] = [quant?.scale[0] ?? Number.NaN, quant?.zeroPoint[0] ?? Number.NaN];
    if (!(scale >= SMALLEST_NORMAL && Number.isFinite(scale)))
      throw this.invalid(`scale ${scale} of "${name}" is not a positive normal number`);
    return { scale, zeroPoint };
  }

  /** The value of an intermediate of a float op, where somebody may look at it. */
  intermediateValue(position: number): Value | undefined {
    const id = this.#op.intermediates?.[position];
    return isPresent(id) ? this.#value(id) : undefined;
  }

  #value(id: TensorId): Value {
    const tensor = tensorAt(this.#plan.graph, id);
    const value = this.#plan.buffers.get(id) ?? constantOf(tensor);
    if (value === undefined) throw this.invalid(`tensor "${tensor.name}" has no value`);
    return {
      ...value,
      id,
      name: tensor.name,
      constant: tensor.data !== undefined || this.#plan.settled.has(id),
      quant: tensor.quant,
      unsigned: this.#plan.unsigned.has(id),
    };
  }

  int8Input(position: number): Int8Value {
    return this.int8(this.input(position));
  }

  int8Output(position = 0): Int8Value {
    return this.int8(this.output(position));
  }

  int8(value: Value): Int8Value {
    const { data } = value;
    if (value.dtype !== 'int8' || !(data instanceof Int8Array)) throw this.unsupported(`on ${value.dtype}`);
    return { ...this.quantized(value), data };
  }

  /** int8 (or what is kept as such) with one scale and zero point. */
  quantized(value: Value): QuantizedValue {
    const { data, dtype, quant } = value;
    if (!(data instanceof Int8Array)) throw this.unsupported(`on ${dtype}`);
    const scales = this.scales(value);
    if (scales.length !== 1)
      throw this.unsupported(`on a tensor with ${scales.length} scales ("${value.name}")`);
    const [min, max] = [-128, 127];
    const zeroPoint = quant?.zeroPoint[0] ?? 0;
    if (zeroPoint < min || zeroPoint > max)
      throw this.invalid(`zero point ${zeroPoint} of "${value.name}" is no ${dtype}`);
    return { ...value, data, scale: scales[0] as number, zeroPoint, min, max };
  }

  /** All scales of a tensor, each finite and above 0; a subnormal one has lost the precision that its quotients need. */
  scales(value: Value): Float32Array {
    const scale = value.quant?.scale;
    if (scale === undefined || scale.length === 0) throw this.invalid(`tensor "${value.name}" has no scale`);
    const bad = scale.find((s) => !(s >= SMALLEST_NORMAL && Number.isFinite(s)));
    if (bad !== undefined)
      throw this.invalid(`scale ${bad} of "${value.name}" is not a positive normal number`);
    return scale;
  }

  /** The elements of a constant input: weights, tables, alphas. */
  constant(position: number): Value {
    const value = this.input(position);
    if (!value.constant) throw this.unsupported(`whose input ${position} is not constant`);
    return value;
  }

  /** The integers of a constant input: axes, paddings, shapes, permutations. */
  integers(position: number): readonly number[] {
    const { data, dtype } = this.constant(position);
    if (dtype !== 'int32' && dtype !== 'int64')
      throw this.invalid(`input ${position} is ${dtype}, not int32 or int64`);
    return Array.from(data as Iterable<number | bigint>, Number);
  }

  /** The graph's shape of a tensor must be what the op computes from its inputs. */
  expectShape(value: Value, shape: Shape): void {
    const same = value.shape.length === shape.length && value.shape.every((size, d) => size === shape[d]);
    if (!same)
      throw this.invalid(`tensor "${value.name}" has shape [${value.shape}] where the op makes [${shape}]`);
  }

  expectCount(value: Value, count: number): void {
    if (elementCount(value.shape) !== count) {
      throw this.invalid(`tensor "${value.name}" of shape [${value.shape}] does not hold ${count} elements`);
    }
  }

  expectDtype(value: Value, dtype: Dtype): void {
    if (value.dtype !== dtype)
      throw this.invalid(`tensor "${value.name}" is ${value.dtype} where the op needs ${dtype}`);
  }

  expectRank(value: Value, rank: number): void {
    if (value.shape.length !== rank)
      throw this.invalid(`tensor "${value.name}" of shape [${value.shape}] needs ${rank} dimensions`);
  }

  /** The op moves or compares raw values, so both tensors must have the same parameters. */
  expectSameQuant(a: AffineValue, b: AffineValue): void {
    if (a.scale !== b.scale || a.zeroPoint !== b.zeroPoint) {
      throw this.invalid(`"${a.name}" and "${b.name}" must have the same scale and zero point`);
    }
  }

  /** The op's kernel computes for one fixed output scale (to 0.1 %, as TensorFlow Lite checks) and zero point. */
  expectOutput(value: AffineValue, scale: number, zeroPoint: number): void {
    if (Math.abs(value.scale - scale) > 0.001 * scale || value.zeroPoint !== zeroPoint) {
      throw this.invalid(`output "${value.name}" needs scale ${scale} and zero point ${zeroPoint}`);
    }
  }

  /** A real multiplier in fixed point, if int32 can hold what it does. */
  fixedPoint(real: number): FixedPoint {
    const value = Number.isFinite(real) ? quantizeMultiplier(real) : undefined;
    if (value === undefined || value.shift > 30)
      throw this.invalid(`its scales are too far apart (factor ${real})`);
    return value;
  }

  /** One real multiplier and the range of a fused activation as an output stage. */
  outputStage(output: AffineValue, real: number, activation: Activation = 'NONE'): Output {
    const { multiplier, shift } = this.fixedPoint(real);
    const rescale = {
      kind: 'fixed',
      multiplier: Int32Array.of(multiplier),
      shift: Int32Array.of(shift),
    } as const;
    return { rescale, zeroPoint: output.zeroPoint, ...this.activationRange(output, activation) };
  }

  /**
   * CalculateActivationRangeQuantized of tflite/kernels/kernel_util.cc; the quotient is float32.
   * @param halves - XNNPACK rounds bounds half to even
   */
  activationRange(
    output: AffineValue,
    activation: Activation,
    halves: Halves = 'away',
  ): { readonly min: number; readonly max: number } {
    const { scale, zeroPoint, min, max } = output;
    const round = halves === 'even' ? roundHalfEven : roundHalfAway;
    const quantized = (real: number): number => clamp(zeroPoint + round(Math.fround(real / scale)), min, max);
    switch (activation) {
      case 'NONE':
        return { min, max };
      case 'RELU':
        return { min: quantized(0), max };
      case 'RELU6':
        return { min: quantized(0), max: quantized(6) };
      case 'RELU_N1_TO_1':
        return { min: quantized(-1), max: quantized(1) };
      case 'TANH':
      case 'SIGN_BIT':
        throw this.unsupported(`with a fused ${activation}`);
      default:
        return activation satisfies never;
    }
  }
}

/** A dimension of a shape that has been checked to have it. */
export function size(shape: Shape, dimension: number): number {
  return shape[dimension] as number;
}
