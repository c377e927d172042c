import type { Attributes } from '../../formats/onnx/graph.ts';
import type { NodeView } from '../node-view.ts';
import { transposedWindowsOf, type Windows, windowsOf } from '../windows.ts';
import type { Draft } from './draft.ts';

/** Which input holds the weights of a convolution. */
const weightsOf: Readonly<Record<string, number>> = { Conv: 1, ConvInteger: 1, QLinearConv: 3 };
const pools = new Set(['MaxPool', 'AveragePool', 'LpPool']);

/**
 * Says the padding of every convolution and pooling in `pads`: auto_pad and output_shape are worked out, and what
 * ceil_mode adds at the end is padding too, which neither a maximum nor an average of what is there sees.
 */
export function makeWindowsExplicit(draft: Draft): void {
  for (const node of draft.nodes) {
    if (node.domain !== undefined) continue;
    const attributes = explicit(draft.view(node));
    if (attributes !== undefined) draft.replace(node, { ...node, attributes });
  }
}

function explicit(view: NodeView): Attributes | undefined {
  const { node } = view;
  const { auto_pad, output_shape, ceil_mode, ...rest } = node.attributes;
  if (node.type === 'ConvTranspose') {
    const given = output_shape === undefined && (auto_pad === undefined || auto_pad === 'NOTSET');
    return given ? undefined : transposed(view, rest);
  }
  const weights = weightsOf[node.type];
  if (weights === undefined && !pools.has(node.type)) return undefined;
  const ceil = view.flag('ceil_mode');
  if ((auto_pad === undefined || auto_pad === 'NOTSET') && !ceil) return undefined;
  const windows = windowsOf(view, weights === undefined ? undefined : view.shape(weights).slice(2));
  const end = ceil ? endPadding(view, windows) : windows.after;
  // Zeros that are counted cannot be told from zeros that are not; nor may padding be as large as the window.
  const counted = view.flag('count_include_pad') || node.type === 'LpPool';
  const sound = end.join() === windows.after.join() || (!counted && fits(windows, end));
  const pads = { pads: { ints: [...windows.before, ...(sound ? end : windows.after)] } };
  return { ...rest, ...pads, ...(!sound && ceil_mode !== undefined && { ceil_mode }) };
}

/** Padding at the end that lets the last window fit. */
function endPadding(view: NodeView, { kernel, strides, dilations, before, after, output }: Windows) {
  return after.map((padding, i) => {
    const reach = ((kernel[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
    const covered = ((output[i] ?? 1) - 1) * (strides[i] ?? 1) + reach;
    return Math.max(padding, covered - (view.shape(0)[i + 2] ?? 0) - (before[i] ?? 0));
  });
}

/** Runtimes refuse padding as large as the window. */
function fits({ kernel }: Windows, end: readonly number[]): boolean {
  return kernel.every((size, i) => (end[i] ?? 0) < size);
}

function transposed(view: NodeView, attributes: Attributes): Attributes {
  const { before, after, outputPadding } = transposedWindowsOf(view, view.shape(1).slice(2));
  return {
    ...attributes,
    pads: { ints: [...before, ...after] },
    ...(outputPadding.some((count) => count > 0) && { output_padding: { ints: outputPadding } }),
  };
}
