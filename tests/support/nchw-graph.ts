import { bytesOf, elementCount } from '../../src/core/model/data.ts';
import { outputSize } from '../../src/core/model/padding.ts';
import type {
  Dtype,
  KnownKind,
  KnownOp,
  Model,
  OpOf,
  Shape,
  Tensor,
  TensorId,
} from '../../src/core/model/types.ts';

/** A value of the graph that grows: its tensor and its shape, NCHW for images. */
export interface Value {
  readonly id: TensorId;
  readonly shape: Shape;
}

/** NCHW → NHWC and back. */
const last = [0, 2, 3, 1];
const first = [0, 3, 1, 2];
const none = 'NONE' as const;

/**
 * A model as it is translated from ONNX: values are NCHW and carry their origin, ops that need NHWC stand between
 * TRANSPOSEs. Weights are small whole numbers, so that sums are exact in any order.
 */
export class NchwGraph {
  readonly tensors: Tensor[] = [];
  readonly ops: KnownOp[] = [];
  readonly inputs: TensorId[] = [];
  #random = 1;

  tensor(shape: Shape, rest: Partial<Tensor> = {}): TensorId {
    const name = `t${this.tensors.length}`;
    return (this.tensors.push({ name, shape, dtype: 'float32', ...rest }) - 1) as TensorId;
  }

  /** An activation that is a value of the ONNX graph. */
  value(shape: Shape, rest: Partial<Tensor> = {}): Value {
    const name = `v${this.tensors.length}`;
    return { id: this.tensor(shape, { name, origin: { name }, ...rest }), shape };
  }

  input(shape: Shape): Value {
    const value = this.value(shape);
    this.inputs.push(value.id);
    return value;
  }

  constant(shape: Shape, values: readonly number[], dtype: Dtype = 'float32'): Value {
    const data = bytesOf(dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values));
    return { id: this.tensor(shape, { dtype, data }), shape };
  }

  integers(values: readonly number[], shape: Shape = [values.length]): TensorId {
    return this.constant(shape, values, 'int32').id;
  }

  /** A constant of whole numbers from −2 to 2. */
  weights(shape: Shape): Value {
    const next = () => {
      this.#random = (this.#random * 48271) % 2147483647;
      return (this.#random % 5) - 2;
    };
    return this.constant(shape, Array.from({ length: elementCount(shape) }, next));
  }

  op<K extends KnownKind>(
    kind: K,
    options: OpOf<K>['options'],
    [inputs, outputs]: readonly [readonly TensorId[], readonly TensorId[]],
  ): void {
    this.ops.push({ kind, options, inputs, outputs, version: 1 } as unknown as KnownOp);
  }

  /** An op with one result of `shape`. */
  make<K extends KnownKind>(kind: K, options: OpOf<K>['options'], inputs: readonly TensorId[], shape: Shape) {
    const result = this.value(shape);
    this.op(kind, options, [inputs, [result.id]]);
    return result;
  }

  unary(kind: KnownKind, x: Value): Value {
    return this.make(kind, {} as never, [x.id], x.shape);
  }

  transpose(x: Value, order: readonly number[]): Value {
    const shape = order.map((axis) => x.shape[axis] as number);
    return this.make('TRANSPOSE', {}, [x.id, this.integers(order)], shape);
  }

  reshape(x: Value, shape: Shape): Value {
    return this.make('RESHAPE', { newShape: shape }, [x.id, this.integers(shape)], shape);
  }

  /** An op on NHWC between TRANSPOSEs; what stands between is no value of the ONNX graph. */
  wrapped(x: Value, make: (nhwc: TensorId, shape: Shape) => readonly [TensorId, Shape]): Value {
    const shape = last.map((axis) => x.shape[axis] as number);
    const inner = this.tensor(shape);
    this.op('TRANSPOSE', {}, [[x.id, this.integers(last)], [inner]]);
    const [id, made] = make(inner, shape);
    return this.transpose({ id, shape: made }, first);
  }

  conv(
    x: Value,
    channels: number,
    { size = 1, stride = 1, depthwise = false, padding = 'SAME' as 'SAME' | 'VALID' } = {},
  ) {
    return this.wrapped(x, (id, [n = 1, h = 1, w = 1, c = 1]) => {
      const out = depthwise ? c : channels;
      const filter = this.weights(depthwise ? [1, size, size, c] : [out, size, size, c]);
      const window = { size, stride, dilation: 1 };
      const shape = [n, outputSize(padding, h, window), outputSize(padding, w, window), out];
      const result = this.tensor(shape);
      const options = {
        padding,
        strideH: stride,
        strideW: stride,
        dilationH: 1,
        dilationW: 1,
        activation: none,
      };
      const inputs = [id, filter.id, this.weights([out]).id];
      if (depthwise) this.op('DEPTHWISE_CONV_2D', { ...options, depthMultiplier: 1 }, [inputs, [result]]);
      else this.op('CONV_2D', options, [inputs, [result]]);
      return [result, shape];
    });
  }

  pool(x: Value, kind: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D', size = 2): Value {
    return this.wrapped(x, (id, [n = 1, h = 1, w = 1, c = 1]) => {
      const window = { size, stride: size, dilation: 1 };
      const shape = [n, outputSize('SAME', h, window), outputSize('SAME', w, window), c];
      const result = this.tensor(shape);
      const sizes = { strideH: size, strideW: size, filterH: size, filterW: size };
      this.op(kind, { padding: 'SAME', ...sizes, activation: none }, [[id], [result]]);
      return [result, shape];
    });
  }

  resize(x: Value, factor: number): Value {
    return this.wrapped(x, (id, [n = 1, h = 1, w = 1, c = 1]) => {
      const shape = [n, h * factor, w * factor, c];
      const result = this.tensor(shape);
      const inputs = [id, this.integers([h * factor, w * factor])];
      this.op('RESIZE_NEAREST_NEIGHBOR', { alignCorners: false, halfPixelCenters: false }, [
        inputs,
        [result],
      ]);
      return [result, shape];
    });
  }

  /** Rows of features times constant weights. */
  dense(x: Value, features: number): Value {
    const [rows = 1, width = 1] = x.shape;
    const inputs = [x.id, this.weights([features, width]).id, this.weights([features]).id];
    const options = { activation: none, keepNumDims: false, weightsFormat: 'DEFAULT' } as const;
    return this.make('FULLY_CONNECTED', options, inputs, [rows, features]);
  }

  /** Elementwise with broadcasting. */
  pair(kind: KnownKind, a: Value, b: Value, rest: Partial<Tensor> = {}): Value {
    const rank = Math.max(a.shape.length, b.shape.length);
    const size = ({ shape }: Value, axis: number) => shape[axis - rank + shape.length] ?? 1;
    const shape = Array.from({ length: rank }, (_, axis) => Math.max(size(a, axis), size(b, axis)));
    const result = this.value(shape, rest);
    this.op(kind, { activation: none } as never, [[a.id, b.id], [result.id]]);
    return result;
  }

  concat(parts: readonly Value[], axis: number): Value {
    const [head] = parts;
    const total = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
    const shape = (head?.shape ?? []).with(axis, total);
    return this.make(
      'CONCATENATION',
      { axis, activation: none },
      parts.map(({ id }) => id),
      shape,
    );
  }

  reduce(
    kind: 'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN' | 'REDUCE_PROD',
    x: Value,
    axes: readonly number[],
    keepDims: boolean,
  ) {
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const shape = keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis));
    return this.make(kind, { keepDims }, [x.id, this.integers(axes)], shape);
  }

  model(outputs: readonly Value[]): Model {
    const graph = {
      name: 'main',
      tensors: this.tensors,
      inputs: this.inputs,
      outputs: outputs.map(({ id }) => id),
      ops: this.ops,
    };
    return { description: '', graphs: [graph], signatures: [], metadata: [] };
  }
}
