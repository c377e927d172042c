import { tensorAt } from '../model/graph.ts';
import type { Graph, Op, Quant, Tensor, TensorId } from '../model/types.ts';
import { type Params, perTensor, sameParams } from './params.ts';
import type { ActivationType } from './scheme.ts';
import type { QuantizedConstant } from './weights.ts';

/** What stands in place of a float tensor: the same position where possible, so that tensors of both graphs correspond. */
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
  /** For each activation or stored constant, its other forms: integers with other parameters, or float. */
  readonly #conversions = new Map<
    TensorId,
    { readonly params: Params | undefined; readonly id: TensorId }[]
  >();

  /** Type of activations that ops compute with as integers. */
  readonly type: ActivationType;

  constructor(float: Graph, type: ActivationType) {
    this.type = type;
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

  /** Turns the activation at `id` into integers in its place. */
  quantizeActivation(id: TensorId, params: Params): void {
    this.#tensors[id] = { ...this.tensor(id), dtype: this.type, quant: perTensor(params) };
  }

  /** Gives a state or an intermediate of an op, at `id`, its integer type. */
  quantizeInside(id: TensorId, dtype: 'int8' | 'int16', params: Params): void {
    this.#tensors[id] = { ...this.tensor(id), dtype, quant: perTensor(params) };
  }

  /** An intermediate in a file has parameters at most, but no elements. */
  emptyIntermediate(id: TensorId): void {
    this.#tensors[id] = { ...this.tensor(id), shape: [0] };
  }

  rename(id: TensorId, name: string): void {
    this.#tensors[id] = { ...this.tensor(id), name };
  }

  /** The constant `id` left as it is for a consumer that wants it in float. */
  keepConstant(id: TensorId): TensorId {
    const { dtype, data } = this.tensorBefore(id);
    return this.#form(id, { dtype, ...(data !== undefined && { data }) });
  }

  /** The constant `id` in another type; each distinct type and set of parameters exists once. */
  placeConstant(id: TensorId, constant: QuantizedConstant | Replacement): TensorId {
    return this.#form(id, constant);
  }

  /** A stored constant as float32; inserts one DEQUANTIZE for all who ask. */
  widened(id: TensorId): TensorId {
    return this.#convert(id, undefined, `${this.tensor(id).name}_dequantize`);
  }

  /** The tensor as it was in the float graph. */
  tensorBefore(id: TensorId): Tensor {
    return tensorAt(this.#float, id);
  }

  /** The activation `id`, which is integer or float now, as integers with `params`; inserts one QUANTIZE for all who ask. */
  asInteger(id: TensorId, params: Params): TensorId {
    const { quant, name } = this.tensor(id);
    const own = quant && { scale: quant.scale[0] ?? 0, zeroPoint: quant.zeroPoint[0] ?? 0 };
    if (own !== undefined && sameParams(own, params)) return id;
    return this.#convert(id, params, `${name}_${own === undefined ? this.type : 'requantized'}`);
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
      dtype: params === undefined ? 'float32' : this.type,
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
