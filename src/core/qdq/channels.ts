import type { NodeView } from '../onnx/node-view.ts';

/** The dimension of a layer's weights, its second input, that counts output channels, where each may have a scale of its own. */
export function channelsOf(view: NodeView): number | undefined {
  switch (view.node.type) {
    case 'Conv':
      return 0;
    case 'ConvTranspose':
      return 1;
    case 'Gemm':
      return view.flag('transB') ? 0 : 1;
    default:
      // Further dimensions of a MatMul's right side are batches, along which columns of one number lie apart: onnxruntime's
      // kernel knows scales of columns only. Its quantizer takes dimension 1 whatever the rank.
      return view.shape(1).length === 2 ? 1 : undefined;
  }
}
