import { bytesOf } from '../model/data.ts';
import type { NoOptions } from '../model/options.ts';
import type { Dtype, Op, Shape, Tensor, TensorId } from '../model/types.ts';
import type { Order } from './order.ts';

/** A graph while it is written anew: tensors and ops in execution order. */
export class Written {
  readonly tensors: Tensor[] = [];
  readonly ops: Op[] = [];

  tensor(tensor: Tensor): TensorId {
    return (this.tensors.push(tensor) - 1) as TensorId;
  }

  integers(
    name: string,
    values: readonly number[],
    { shape = [values.length], dtype = 'int32' as Dtype } = {},
  ) {
    const data = bytesOf(
      dtype === 'int64' ? BigInt64Array.from(values, (value) => BigInt(value)) : Int32Array.from(values),
    );
    return this.tensor({ name, shape, dtype, data });
  }

  /** @returns the tensor `id` with its dimensions reordered by `order`, as `result` says */
  transpose(id: TensorId, order: Order, result: Tensor): TensorId {
    const output = this.tensor(result);
    const inputs = [id, this.integers(`${result.name}/order`, order)];
    this.ops.push({ kind: 'TRANSPOSE', options: {} as NoOptions, version: 1, inputs, outputs: [output] });
    return output;
  }

  reshape(id: TensorId, shape: Shape, result: Tensor): TensorId {
    const output = this.tensor(result);
    this.ops.push(this.reshapeOp(id, shape, output));
    return output;
  }

  reshapeOp(id: TensorId, shape: Shape, output: TensorId): Op {
    const name = `${this.tensors[output]?.name ?? ''}/shape`;
    const inputs = [id, this.integers(name, shape)];
    return { kind: 'RESHAPE', options: { newShape: shape }, version: 1, inputs, outputs: [output] };
  }
}
