import { tensorAt } from '../model/graph.ts';
import type { Graph, Sample } from '../model/types.ts';
import { Problem } from '../problem.ts';

/** Throws Problem `model/inputs` unless `inputs` has one value per graph input, of its dtype and shape. */
export function checkInputs(graph: Graph, inputs: Sample): void {
  if (inputs.length !== graph.inputs.length) {
    const text = `The model takes ${graph.inputs.length} inputs; ${inputs.length} were given.`;
    throw new Problem('model/inputs', text, { expected: graph.inputs.length, given: inputs.length });
  }
  graph.inputs.forEach((id, index) => {
    const { name, dtype, shape } = tensorAt(graph, id);
    const given = inputs[index];
    if (given?.dtype === dtype && given.shape.join() === shape.join()) return;
    const text = `Input ${index} (${name}) takes ${dtype} [${shape}]; ${given?.dtype} [${given?.shape}] was given.`;
    throw new Problem('model/inputs', text, { input: index, expected: shape, given: given?.shape });
  });
}
