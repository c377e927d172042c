import type { OnnxNode } from '../../formats/onnx/graph.ts';
import { clipBounds, padOf } from '../node-attributes.ts';
import { type Windows, windowsOf } from '../windows.ts';
import type { Draft } from './draft.ts';

/**
 * Joins explicit Pads into the convolutions and maxima that read them, which pad by themselves: a convolution with
 * zeros, a maximum with what is smaller than anything. An average is left alone, because it would have to count the
 * padding, which TensorFlow Lite's cannot.
 */
export function joinPads(draft: Draft): void {
  for (const node of draft.nodes) {
    if (node.type !== 'Pad' || node.domain !== undefined || draft.constants.has(node.inputs[0] ?? ''))
      continue;
    for (const reader of draft.readersOf(node.outputs[0] ?? '')) joinInto(draft, node, reader);
    const [output = ''] = node.outputs;
    if (draft.readersOf(output).length === 0 && !draft.isOutput(output)) draft.replace(node);
  }
}

function joinInto(draft: Draft, pad: OnnxNode, reader: OnnxNode): void {
  const { mode, before, after, value } = padOf(draft.view(pad));
  const spatialOnly = [before, after].every((counts) => counts[0] === 0 && counts[1] === 0);
  const whole = [...before, ...after].every((count) => count >= 0);
  const isData = reader.inputs.indexOf(pad.outputs[0] ?? '') === 0 && reader.domain === undefined;
  if (mode !== 'constant' || !spatialOnly || !whole || !isData || isShared(reader, pad)) return;
  const view = draft.view(reader);
  const pool = reader.type === 'MaxPool';
  if (!pool && reader.type !== 'Conv') return;
  const own = windowsOf(view, pool ? undefined : view.shape(1).slice(2));
  const joined = {
    before: own.before.map((count, i) => count + (before[i + 2] ?? 0)),
    after: own.after.map((count, i) => count + (after[i + 2] ?? 0)),
  };
  const exact = pool ? isNeutral(draft, pad, value) && seesElements(own, joined) : value === 0;
  if (!exact || (pool && (view.flag('ceil_mode') || reader.outputs.length > 1))) return;
  draft.replace(reader, {
    ...reader,
    inputs: [pad.inputs[0] ?? '', ...reader.inputs.slice(1)],
    attributes: { ...reader.attributes, pads: { ints: [...joined.before, ...joined.after] } },
  });
}

/** Whether the padded value is read a second time by the same node, as its weights. */
function isShared(reader: OnnxNode, pad: OnnxNode): boolean {
  return reader.inputs.lastIndexOf(pad.outputs[0] ?? '') > 0;
}

/** Padding smaller than the window, and no holes in it, so that each window sees a real element. */
function seesElements({ kernel, dilations }: Windows, pads: Pick<Windows, 'before' | 'after'>): boolean {
  const smaller = kernel.every((size, i) => (pads.before[i] ?? 0) < size && (pads.after[i] ?? 0) < size);
  return smaller && dilations.every((dilation) => dilation === 1);
}

/** Below all finite float32, or as small as what comes can be at all. */
function isNeutral(draft: Draft, pad: OnnxNode, value: number): boolean {
  if (value <= -3.4028234e38) return true;
  const maker = draft.makerOf(pad.inputs[0] ?? '');
  if (maker === undefined || maker.domain !== undefined) return false;
  if (maker.type === 'Relu' || maker.type === 'Sigmoid') return value <= 0;
  const bounds = maker.type === 'Clip' ? clipBounds(draft.view(maker)) : undefined;
  return bounds !== undefined && value <= bounds.min;
}
