import { withoutUnusedTensors } from '../model/compact.ts';
import { mainGraph, withMainGraph } from '../model/graph.ts';
import type { Graph, Model, Signature, TensorId } from '../model/types.ts';
import { Draft } from './draft.ts';
import { named } from './names.ts';
import { rebuild } from './rebuild.ts';
import { fuseActivations } from './rewrites/activations.ts';
import { absorbMatrixTransposes } from './rewrites/adjoints.ts';
import { foldAffine } from './rewrites/affine.ts';
import { nameClips } from './rewrites/clips.ts';
import { joinReshapes } from './rewrites/reshapes.ts';
import { joinPadding } from './rewrites/same-padding.ts';
import { arrange } from './search.ts';

/** In this order: what is joined first lets the next ones see each other. */
const rewrites: readonly ((draft: Draft, graph: Graph) => void)[] = [
  joinReshapes,
  absorbMatrixTransposes,
  foldAffine,
  nameClips,
  fuseActivations,
  joinPadding,
];

function simplified(graph: Graph): Graph {
  return rewrites.reduce((current, rewrite) => {
    const draft = new Draft(current);
    rewrite(draft, current);
    return draft.finish();
  }, graph);
}

/** Signatures that name the same arguments of the new graph. */
function moved(signatures: readonly Signature[], from: Graph, to: Graph): readonly Signature[] {
  const inputs = new Map(from.inputs.map((id, index) => [id, to.inputs[index] as TensorId]));
  const outputs = new Map(from.outputs.map((id, index) => [id, to.outputs[index] as TensorId]));
  const follow = (list: Signature['inputs'], ids: ReadonlyMap<TensorId, TensorId>) =>
    list.map((argument) => ({ ...argument, tensor: ids.get(argument.tensor) ?? argument.tensor }));
  return signatures.map((signature) =>
    signature.graph === 0
      ? {
          ...signature,
          inputs: follow(signature.inputs, inputs),
          outputs: follow(signature.outputs, outputs),
        }
      : signature,
  );
}

/**
 * A model whose ops that need NHWC stand between TRANSPOSEs from and to NCHW, written so that as few TRANSPOSEs as
 * possible remain: none in a network of convolutions. It computes the same, but for rounding where constants are folded.
 *
 * Images that are inputs (rank 4; rank 3 with 1, 3 or 4 channels in front) become channels last where that saves a
 * TRANSPOSE, and outputs of rank 4 where they are computed so; `origin` of a tensor tells its order of dimensions.
 * @throws Problem `model/invalid` for a model without a graph
 */
export function toNhwc(model: Model): Model {
  const before = mainGraph(model);
  const graph = simplified(rebuild(arrange(before)));
  const signatures = moved(model.signatures, before, graph);
  const after = withoutUnusedTensors({ ...withMainGraph(model, graph), signatures });
  return withMainGraph(after, named(mainGraph(after)));
}
