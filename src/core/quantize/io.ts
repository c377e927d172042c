import type { Tensor, TensorId } from '../model/types.ts';
import { conversion, type GraphBuilder } from './builder.ts';
import { type Params, perTensor } from './params.ts';
import type { IoType } from './recipe.ts';

/** Inputs or outputs of the quantized graph, and where the tensors that callers see have moved. */
interface Exposed {
  readonly ids: readonly TensorId[];
  readonly moved: ReadonlyMap<TensorId, TensorId>;
}

interface Choice {
  readonly type: IoType;
  readonly params: ReadonlyMap<TensorId, Params>;
}

/** uint8 stands for the same real values as int8: q + 128 with a zero point 128 higher. */
const uint8Offset = 128;

/** The tensor that callers see in place of the integer one. It takes the name; the other is renamed. */
function appendOuter(
  builder: GraphBuilder,
  id: TensorId,
  choice: { type: IoType; params: Params },
): TensorId {
  const { data: _data, quant: _quant, grid: _grid, ...before } = builder.tensor(id);
  const shifted = { scale: choice.params.scale, zeroPoint: choice.params.zeroPoint + uint8Offset };
  const outer: Tensor =
    choice.type === 'uint8'
      ? { ...before, dtype: 'uint8', quant: perTensor(shifted) }
      : { ...before, dtype: 'float32' };
  builder.rename(id, `${before.name}_${builder.type}`);
  return builder.append(outer);
}

/**
 * Gives the graph inputs of type `type`. Float inputs become integers at their place; another type is a new tensor in
 * front with a QUANTIZE between. Inputs that are not float (indices), and float inputs that only float ops read, stay.
 * @param read - tensors that integer ops read.
 */
export function exposeInputs(
  builder: GraphBuilder,
  inputs: readonly TensorId[],
  { type, params, read }: Choice & { readonly read: ReadonlySet<TensorId> },
): Exposed {
  const moved = new Map<TensorId, TensorId>();
  const ids = inputs.map((id) => {
    const own = params.get(id);
    if (own === undefined || (type === 'float32' && !read.has(id))) return id;
    builder.quantizeActivation(id, own);
    if (type === builder.type) return id;
    const outer = appendOuter(builder, id, { type, params: own });
    builder.emit(conversion('QUANTIZE', outer, id));
    moved.set(id, outer);
    return outer;
  });
  return { ids, moved };
}

/** Gives the graph outputs of type `type`, converting behind the op that makes them. */
export function convertOutputs(
  builder: GraphBuilder,
  outputs: readonly TensorId[],
  { type, params }: Choice,
): Exposed {
  const moved = new Map<TensorId, TensorId>();
  const convert = (id: TensorId): TensorId => {
    const own = params.get(id);
    if (own === undefined || (type === 'float32' && builder.tensor(id).quant === undefined)) return id;
    const inner = builder.asInteger(id, own);
    if (type === builder.type) return inner;
    const outer = appendOuter(builder, inner, { type, params: own });
    builder.emit(conversion(type === 'float32' ? 'DEQUANTIZE' : 'QUANTIZE', inner, outer));
    return outer;
  };
  const ids = outputs.map((id) => {
    const exposed = moved.get(id) ?? convert(id);
    if (exposed !== id) moved.set(id, exposed);
    return exposed;
  });
  return { ids, moved };
}
