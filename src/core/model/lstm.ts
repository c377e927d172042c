import { isPresent } from './graph.ts';
import type { KnownKind, Op, OpOf } from './types.ts';

export type LstmOp = OpOf<'LSTM'> | OpOf<'UNIDIRECTIONAL_SEQUENCE_LSTM'>;

/** Where each gate of a full LSTM finds its inputs; every gate has an intermediate of its own. */
export const lstmGates = {
  input: { weights: 1, recurrent: 5, peephole: 9, bias: 12, norm: 20, intermediate: 0 },
  forget: { weights: 2, recurrent: 6, peephole: 10, bias: 13, norm: 21, intermediate: 1 },
  cell: { weights: 3, recurrent: 7, peephole: undefined, bias: 14, norm: 22, intermediate: 2 },
  output: { weights: 4, recurrent: 8, peephole: 11, bias: 15, norm: 23, intermediate: 3 },
} as const;
export type LstmGate = keyof typeof lstmGates;

/** Other inputs of a full LSTM, and `hidden`, the last of its five intermediates: what the projection takes. */
export const lstmAt = {
  projection: 16,
  projectionBias: 17,
  outputState: 18,
  cellState: 19,
  hidden: 4,
} as const;
export const LSTM_INTERMEDIATES = 5;

const kinds: readonly KnownKind[] = ['LSTM', 'UNIDIRECTIONAL_SEQUENCE_LSTM'];

/** Whether an op is an LSTM with full cells; those of a basic one have other inputs. */
export function isFullLstm(op: Op): op is LstmOp {
  return op.kind !== 'OPAQUE' && kinds.includes(op.kind) && isPresent(op.inputs[lstmAt.cellState]);
}
