import type { Attributes, OnnxNode } from '../../formats/onnx/graph.ts';
import type { Shape } from '../../model/types.ts';
import { permutationOf } from '../../onnx/node-attributes.ts';
import type { Draft } from '../../onnx/rewrite/draft.ts';

/** A Reshape, a Transpose and a Reshape, as the exporters of PyTorch write moves of blocks and channels. */
interface Move {
  /** Shapes of the value before, split up, and after. */
  readonly from: Shape;
  readonly split: Shape;
  readonly to: Shape;
  /** Order of the dimensions that were split up. */
  readonly order: string;
}

/** What such a move is. */
interface Named {
  readonly type: string;
  readonly attributes: Attributes;
  /** Positions that it picks along the channels, for Gather. */
  readonly indices?: readonly number[];
}

/** Channels [c, r, r] or [r, r, c] to blocks: PixelShuffle. */
function depthToSpace({ from, split, to, order }: Move): Named | undefined {
  const mode = order === '0,1,4,2,5,3' ? 'CRD' : order === '0,3,4,1,5,2' ? 'DCR' : undefined;
  const block = mode === 'CRD' ? split[2] : split[1];
  const [batch = 0, depth = 0, height = 0, width = 0] = from;
  if (mode === undefined || block === undefined) return undefined;
  const channels = depth / (block * block);
  const expected =
    mode === 'CRD'
      ? [batch, channels, block, block, height, width]
      : [batch, block, block, channels, height, width];
  if (`${split}` !== `${expected}` || `${to}` !== `${[batch, channels, height * block, width * block]}`)
    return undefined;
  return { type: 'DepthToSpace', attributes: { blocksize: { int: block }, mode } };
}

/** Blocks to channels [r, r, c]. */
function spaceToDepth({ from, split, to, order }: Move): Named | undefined {
  const block = split[3] ?? 0;
  const [batch = 0, depth = 0, height = 0, width = 0] = from;
  const expected = [batch, depth, height / block, block, width / block, block];
  const result = [batch, depth * block * block, height / block, width / block];
  if (order !== '0,3,5,1,2,4' || `${split}` !== `${expected}` || `${to}` !== `${result}`) return undefined;
  return { type: 'SpaceToDepth', attributes: { blocksize: { int: block } } };
}

/** Channels [groups, c] to [c, groups]: ShuffleNet. TFLite picks channels without looking at five dimensions. */
function channelShuffle({ from, split, to, order }: Move): Named | undefined {
  const [batch = 0, depth = 0, ...spatial] = from;
  const groups = split[1] ?? 0;
  const each = depth / groups;
  const rest = spatial.map((_, axis) => axis + 3);
  if (spatial.length === 0 || order !== `${[0, 2, 1, ...rest]}`) return undefined;
  if (`${split}` !== `${[batch, groups, each, ...spatial]}` || `${to}` !== `${from}`) return undefined;
  const indices = Array.from({ length: depth }, (_, i) => (i % groups) * each + Math.floor(i / groups));
  return { type: 'Gather', attributes: { axis: { int: 1 } }, indices };
}

const names = [depthToSpace, spaceToDepth, channelShuffle];

/** Names moves of blocks and channels that are written as Reshape, Transpose, Reshape. */
export function nameMoves(draft: Draft): void {
  for (const last of draft.nodes) {
    const chain = chainTo(draft, last);
    if (chain === undefined) continue;
    const [first, middle] = chain;
    const input = first.inputs[0] ?? '';
    const shape = (name: string | undefined): Shape => draft.values.get(name ?? '')?.shape ?? [];
    const move = {
      from: shape(input),
      split: shape(first.outputs[0]),
      to: shape(last.outputs[0]),
      order: `${permutationOf(draft.view(middle))}`,
    };
    const named = move.from.length < 3 ? undefined : names.map((name) => name(move)).find(Boolean);
    if (named === undefined) continue;
    const { type, attributes, indices } = named;
    const more = indices === undefined ? [] : [indexConstant(draft, last, indices)];
    draft.replace(last, {
      name: last.name,
      type,
      inputs: [input, ...more],
      outputs: last.outputs,
      attributes,
    });
    draft.replace(middle);
    draft.replace(first);
  }
}

function indexConstant(draft: Draft, { outputs }: OnnxNode, indices: readonly number[]): string {
  const data = Int32Array.from(indices);
  return draft.addConstant(`${outputs[0]}_indices`, { dtype: 'int32', shape: [data.length], data });
}

/** The Reshape and the Transpose before `last`, where that is a Reshape and nobody else looks at what they make. */
function chainTo(draft: Draft, last: OnnxNode): readonly [OnnxNode, OnnxNode] | undefined {
  if (last.type !== 'Reshape') return undefined;
  const middle = onlyFor(draft, last);
  const first = middle?.type === 'Transpose' ? onlyFor(draft, middle) : undefined;
  return middle === undefined || first?.type !== 'Reshape' ? undefined : [first, middle];
}

function onlyFor(draft: Draft, { inputs }: OnnxNode): OnnxNode | undefined {
  const name = inputs[0] ?? '';
  return draft.isPrivate(name) ? draft.makerOf(name) : undefined;
}
