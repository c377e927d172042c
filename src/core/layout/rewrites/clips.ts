import { constantOf } from '../../model/data.ts';
import type { KnownOp, Op, OpId, TensorId } from '../../model/types.ts';
import type { Draft } from '../draft.ts';

interface Clip {
  readonly input: TensorId;
  readonly low: number;
  readonly high: number;
}

/** The op by its lower and upper bound. */
const kinds: readonly (readonly [number, number, 'RELU' | 'RELU6' | 'RELU_N1_TO_1' | 'RELU_0_TO_1'])[] = [
  [0, Number.POSITIVE_INFINITY, 'RELU'],
  [0, 6, 'RELU6'],
  [-1, 1, 'RELU_N1_TO_1'],
  [0, 1, 'RELU_0_TO_1'],
];

/** The bounds that an op holds its operand to; `undefined` for an op that does something else. */
function clipOf(op: Op, draft: Draft): Clip | undefined {
  const known = kinds.find(([, , kind]) => kind === op.kind);
  const [first, second] = op.inputs as readonly [TensorId, TensorId];
  if (known !== undefined) return { input: first, low: known[0], high: known[1] };
  if (op.kind !== 'MAXIMUM' && op.kind !== 'MINIMUM') return undefined;
  const constant = draft.tensor(second).data === undefined ? first : second;
  const input = constant === first ? second : first;
  const tensor = draft.tensor(constant);
  const data = tensor.dtype === 'float32' ? constantOf(tensor)?.data : undefined;
  const [bound] = data ?? [];
  const keepsShape = tensor.shape.length <= draft.tensor(input).shape.length;
  if (data?.length !== 1 || bound === undefined || !keepsShape) return undefined;
  const infinite = Number.POSITIVE_INFINITY;
  return op.kind === 'MAXIMUM'
    ? { input, low: Number(bound), high: infinite }
    : { input, low: -infinite, high: Number(bound) };
}

/** The clip of an op together with the one before it, if that feeds it alone. */
function joined(draft: Draft, clip: Clip): Clip {
  const before = draft.producer(clip.input);
  const inner = before !== undefined && draft.isPrivate(clip.input) ? clipOf(before[1], draft) : undefined;
  if (inner === undefined) return clip;
  return {
    input: inner.input,
    low: Math.max(clip.low, inner.low),
    high: Math.min(clip.high, inner.high),
  };
}

/** MAXIMUM and MINIMUM with constants become the activation that they are. */
export function nameClips(draft: Draft): void {
  for (const [id, op] of draft.ops()) {
    const clip = clipOf(op, draft);
    if (clip !== undefined) nameClip(draft, { id, op, clip: joined(draft, clip) });
  }
}

function nameClip(
  draft: Draft,
  { id, op, clip }: { readonly id: OpId; readonly op: Op; readonly clip: Clip },
): void {
  const kind = kinds.find(([low, high]) => low === clip.low && high === clip.high)?.[2];
  if (kind === undefined || (kind === op.kind && clip.input === op.inputs[0])) return;
  const named = { kind, options: {}, version: 1, inputs: [clip.input], outputs: op.outputs };
  draft.replace(id, named satisfies KnownOp);
}
