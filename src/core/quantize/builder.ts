import { tensorAt } from '../model/graph.ts';
import type { Graph, Op, Quant, Tensor, TensorId } from '../model/types.ts';
import { type Params, perTensor, sameParams } from './params.ts';
import type { QuantizedConstant } from './weights.ts';

/** What stands in place of a float tensor: the same position where possible, so that float and int8 tensors correspond. */
type Replacement = Pick<Tensor, 'dtype' | 'data' | 'quant'>;

function keyOf(quant: Quant | undefined): string {
  return quant === undefined ? 'float' : `${quant.axis} ${quant.scale.join()} ${quant.zeroPoint.join()}`;
}

/**
 * Builds the tensors and ops of the quantized graph. Tensors of the float graph keep their positions; conversions and
 * second versions of shared constants are appended.
 */
export class GraphBuilder {
  readonly #float: Graph;
  readonly #tensors: Tensor[];
  readonly #ops: Op[] = [];
  /** For each constant, the forms it has been given so far: key of its parameters → position. */
  readonly #forms = new Map<TensorId, Map<string, TensorId>>();
  /** For each activation, its other forms: int8 with other parameters, or float. */
  readonly #conversions = new Map<
    TensorId,
    { readonly params: Params | undefined; readonly id: TensorId }[]
  >();

  constructor(float: Graph) {
    this.#float = float;
    this.#tensors = [...float.tensors];
  }

  tensor(id: TensorId): Tensor {
    return tensorAt({ ...this.#float, tensors: this.#tensors }, id);
  }

  append(tensor: Tensor): TensorId {
    return (this.#tensors.push(tensor) - 1) as TensorId;
  }

  emit(op: Op): void {
    this.#ops.push(op);
  }

  /** Turns the activation at `id` into int8 in its place. */
  quantizeActivation(id: TensorId, params: Params): void {
    this.#tensors[id] = { ...this.tensor(id), dtype: 'int8', quant: perTensor(params) };
  }

  rename(id: TensorId, name: string): void {
    this.#tensors[id] = { ...this.tensor(id), name };
  }

  /** The constant `id` left as it is for a consumer that wants it in float. */
  keepConstant(id: TensorId): TensorId {
    return this.#form(id, {
      dtype: this.tensorBefore(id).dtype,
      data: this.tensorBefore(id).data,
    } as Replacement);
  }

  /** The constant `id` as int8 or int32; each distinct set of parameters exists once. */
  quantizeConstant(id: TensorId, dtype: 'int8' | 'int32', constant: QuantizedConstant): TensorId {
    return this.#form(id, { dtype, ...constant });
  }

  /** The tensor as it was in the float graph. */
  tensorBefore(id: TensorId): Tensor {
    return tensorAt(this.#float, id);
  }

  /** The activation `id`, which is int8 or float now, as int8 with `params`; inserts one QUANTIZE for all who ask. */
  asInt8(id: TensorId, params: Params): TensorId {
    const { quant, name } = this.tensor(id);
    const own = quant && { scale: quant.scale[0] ?? 0, zeroPoint: quant.zeroPoint[0] ?? 0 };
    if (own !== undefined && sameParams(own, params)) return id;
    return this.#convert(id, params, `${name}_${own === undefined ? 'int8' : 'requantized'}`);
  }

  /** The activation `id` as float32; inserts one DEQUANTIZE for all who ask. */
  asFloat(id: TensorId): TensorId {
    const tensor = this.tensor(id);
    return tensor.quant === undefined ? id : this.#convert(id, undefined, `${tensor.name}_float`);
  }

  build(inputs: readonly TensorId[], outputs: readonly TensorId[]): Graph {
    return { ...this.#float, inputs, outputs, tensors: this.#tensors, ops: this.#ops };
  }

  #form(id: TensorId, replacement: Replacement): TensorId {
    const forms = this.#forms.get(id) ?? new Map<string, TensorId>();
    this.#forms.set(id, forms);
    const key = `${replacement.dtype} ${keyOf(replacement.quant)}`;
    const known = forms.get(key);
    if (known !== undefined) return known;
    const { grid: _, ...before } = this.tensorBefore(id);
    const tensor = { ...before, ...replacement };
    const first = forms.size === 0;
    const place = first ? id : this.append({ ...tensor, name: `${tensor.name}_${forms.size}` });
    if (first) this.#tensors[id] = tensor;
    forms.set(key, place);
    return place;
  }

  #convert(id: TensorId, params: Params | undefined, name: string): TensorId {
    const list = this.#conversions.get(id) ?? [];
    this.#conversions.set(id, list);
    const known = list.find((entry) =>
      params === undefined || entry.params === undefined
        ? entry.params === params
        : sameParams(entry.params, params),
    );
    if (known !== undefined) return known.id;
    const { shape, shapeSignature } = this.tensor(id);
    const result = this.append({
      name,
      shape,
      ...(shapeSignature !== undefined && { shapeSignature }),
      dtype: params === undefined ? 'float32' : 'int8',
      ...(params !== undefined && { quant: perTensor(params) }),
    });
    this.emit(conversion(params === undefined ? 'DEQUANTIZE' : 'QUANTIZE', id, result));
    list.push({ params, id: result });
    return result;
  }
}

/** A QUANTIZE (to an integer type, also from another one) or DEQUANTIZE (to float). */
export function conversion(kind: 'QUANTIZE' | 'DEQUANTIZE', from: TensorId, to: TensorId): Op {
  return { kind, inputs: [from], outputs: [to], version: 1, options: {} };
}
