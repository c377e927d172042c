import type { PoolParams } from '../core/execute/int8/kernel-params.ts';
import type { Step } from '../core/execute/int8/kernels.ts';
import { inputDimensions, outputDimensions } from './convolution.ts';
import type { FastOp } from './fast-op.ts';
import { flipOf, formCode, type StoredImage } from './image.ts';
import type { Workspace } from './memory.ts';

/** A bound as the kernel compares it: the stored form, bytes sign-extended or not as it likes. */
function stored(workspace: Workspace, value: number): number {
  return workspace.form === 'i16' ? value : (value & 255) ^ flipOf(workspace.form);
}

function bind(
  workspace: Workspace,
  { window, min, max }: PoolParams,
  [input, target]: readonly [StoredImage, StoredImage],
): Step {
  const { form, kernels } = workspace;
  const pool = workspace.descriptor('Pool', {
    channels: window.inputC,
    inRow: input.rowBytes,
    outRow: target.rowBytes,
    inputH: window.inputH,
    inputW: window.inputW,
    outputW: window.outputW,
    filterH: window.filterH,
    filterW: window.filterW,
    strideH: window.strideH,
    strideW: window.strideW,
    padTop: window.padTop,
    padLeft: window.padLeft,
    low: stored(workspace, min),
    high: stored(workspace, max),
  });
  return () => {
    target.drawBorder(workspace);
    for (let n = 0; n < window.batch; n++)
      kernels.maxPool(pool, input.at(n, 0, 0), target.at(n, 0, 0), window.outputH, formCode(form));
  };
}

/** MAX_POOL_2D: windows are cut at the image's edge, whatever border it has. */
export function fastMaxPool(params: PoolParams, input: Int8Array, output: Int8Array): FastOp {
  const { window } = params;
  return {
    inputs: [{ array: input, dimensions: inputDimensions(window) }],
    output: { array: output, dimensions: outputDimensions(window) },
    bind: (workspace, [image], target) => bind(workspace, params, [image as StoredImage, target]),
  };
}
