import type { NormalizedOnnx } from '../../onnx/normalized.ts';
import { Draft } from '../../onnx/rewrite/draft.ts';
import { pruned } from '../../onnx/rewrite/prune.ts';
import { nameFunctions } from './functions.ts';
import { nameMoves } from './moves.ts';
import { nameFakeQuants, spreadQLinear } from './quantized.ts';

/** Names what exporters wrote out in several nodes, where TFLite has one op for it. Values in between disappear. */
export function recognized(onnx: NormalizedOnnx): NormalizedOnnx {
  const draft = new Draft(onnx);
  spreadQLinear(draft);
  nameFakeQuants(draft);
  nameFunctions(draft);
  nameMoves(draft);
  const { graph, values } = pruned(draft.finish());
  return { ...onnx, graph, values };
}
