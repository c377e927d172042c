import { elementCount } from '../model/data.ts';
import { tensorAt } from '../model/graph.ts';
import type { Graph, Sample, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';

/**
 * @param ids - the tensors that are given values; the graph's inputs unless said
 * @throws Problem `model/inputs` unless `inputs` has one value for each, of its dtype and shape
 */
export function checkInputs(graph: Graph, inputs: Sample, ids: readonly TensorId[] = graph.inputs): void {
  if (inputs.length !== ids.length) {
    const text = `The model takes ${ids.length} inputs; ${inputs.length} were given.`;
    throw new Problem('model/inputs', text, { expected: ids.length, given: inputs.length });
  }
  ids.forEach((id, index) => {
    const { name, dtype, shape } = tensorAt(graph, id);
    const given = inputs[index];
    const fits = given?.dtype === dtype && given.shape.join() === shape.join();
    if (fits && given.data.length === elementCount(shape)) return;
    const text = `Input ${index} (${name}) takes ${dtype} [${shape}]; ${given?.dtype} [${given?.shape}] with ${given?.data.length} elements was given.`;
    throw new Problem('model/inputs', text, { input: index, expected: shape, given: given?.shape });
  });
}
