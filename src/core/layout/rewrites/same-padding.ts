import { constantOf, integersOf } from '../../model/data.ts';
import { outputSize, paddingOf, type Window } from '../../model/padding.ts';
import type { Op, OpOf, Shape, TensorId } from '../../model/types.ts';
import type { Draft } from '../draft.ts';
import { same } from '../order.ts';

type Conv = OpOf<'CONV_2D' | 'DEPTHWISE_CONV_2D'>;

/** The paddings of a PAD with zeros, a pair for each dimension. */
function zeroPaddings(op: Op | undefined, draft: Draft): readonly number[] | undefined {
  if (op?.kind !== 'PAD' && op?.kind !== 'PADV2') return undefined;
  const value = op.kind === 'PADV2' ? draft.operand(op, 2) : undefined;
  if (op.kind === 'PADV2' && (value === undefined || Number(constantOf(value)?.data[0] ?? 1) !== 0))
    return undefined;
  const paddings = draft.operand(op, 1);
  return paddings === undefined ? undefined : integersOf(paddings);
}

/** The paddings of `SAME` along height and width, as a PAD would have them; none where sizes differ. */
function samePaddings({ options }: Conv, input: Shape, filter: Shape): readonly number[] {
  const windows: readonly Window[] = [
    { size: filter[1] as number, stride: options.strideH, dilation: options.dilationH },
    { size: filter[2] as number, stride: options.strideW, dilation: options.dilationW },
  ];
  return windows.flatMap((window, i) => {
    const { before, after } = paddingOf('SAME', input[i + 1] as number, window);
    return [before, after];
  });
}

/** A PAD with zeros before a convolution without padding, if both are what `SAME` does. */
export function joinPadding(draft: Draft): void {
  for (const [id, op] of draft.ops()) {
    if (op.kind !== 'CONV_2D' && op.kind !== 'DEPTHWISE_CONV_2D') continue;
    const [padded, ...rest] = op.inputs;
    const pad = draft.producer(padded)?.[1];
    const paddings = zeroPaddings(pad, draft);
    const [input, filter] = [pad && draft.operand(pad, 0)?.shape, draft.operand(op, 1)?.shape];
    if (op.options.padding !== 'VALID' || input?.length !== 4 || filter === undefined) continue;
    if (paddings === undefined || !same(paddings, [0, 0, ...samePaddings(op, input, filter), 0, 0])) continue;
    const output = draft.tensor(op.outputs[0] as TensorId).shape;
    const window = { size: filter[1] as number, stride: op.options.strideH, dilation: op.options.dilationH };
    if (outputSize('SAME', input[1] as number, window) !== output[1]) continue;
    draft.replace(id, {
      ...op,
      options: { ...op.options, padding: 'SAME' },
      inputs: [pad?.inputs[0] as TensorId, ...rest],
    } as Conv);
  }
}
