import type { Activation } from '../../model/options.ts';
import type { KnownKind, Op } from '../../model/types.ts';
import type { Draft } from '../draft.ts';

const activations: Readonly<Partial<Record<Op['kind'], Activation>>> = {
  RELU: 'RELU',
  RELU6: 'RELU6',
  RELU_N1_TO_1: 'RELU_N1_TO_1',
};

/**
 * Kinds that take an activation with them. CONCATENATION and L2_NORMALIZATION have the option as well, but TensorFlow
 * Lite's kernels refuse it; TRANSPOSE_CONV's came late (version 4) and older runtimes ignore it.
 */
const hosts: readonly KnownKind[] = [
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'ADD',
  'SUB',
  'MUL',
  'DIV',
  'AVERAGE_POOL_2D',
  'MAX_POOL_2D',
];

/** An activation joins the op that feeds it alone. What that op then makes is what the activation made. */
export function fuseActivations(draft: Draft): void {
  for (const [id, { kind, inputs, outputs }] of draft.ops()) {
    const activation = activations[kind];
    const [input] = inputs;
    const producer = draft.producer(input);
    if (activation === undefined || input === undefined || producer === undefined) continue;
    const [host, op] = producer;
    if (!(hosts as readonly Op['kind'][]).includes(op.kind) || !draft.isPrivate(input)) continue;
    if (!('activation' in op.options) || op.options.activation !== 'NONE') continue;
    draft.remove(id);
    draft.replace(host, { ...op, outputs, options: { ...op.options, activation } } as Op);
  }
}
