import { isPresent } from '../../model/graph.ts';
import type { Draft } from '../draft.ts';
import { same } from '../order.ts';
import { reshapedTo } from '../stored.ts';

/** RESHAPE of a RESHAPE is one, RESHAPE of a constant a constant, and a RESHAPE that changes nothing goes. */
export function joinReshapes(draft: Draft): void {
  for (const [id, { kind, inputs, outputs }] of draft.ops()) {
    const [input, output] = [inputs[0], outputs[0]];
    if (kind !== 'RESHAPE' || !isPresent(input) || !isPresent(output)) continue;
    const before = draft.producer(input)?.[1];
    const source = before?.kind === 'RESHAPE' ? (before.inputs[0] ?? input) : input;
    if (source !== input) draft.replace(id, { ...draft.op(id), inputs: [source, ...inputs.slice(1)] });
    const { shape, data } = draft.tensor(source);
    const result = draft.tensor(output);
    if (same(shape, result.shape)) draft.redirect(output, source);
    else if (data !== undefined)
      draft.redirect(
        output,
        draft.add({ ...reshapedTo(draft.tensor(source), result.shape), name: result.name }),
      );
  }
}
