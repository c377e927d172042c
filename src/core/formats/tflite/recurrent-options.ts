import type { HybridOption, LstmOptions, OptionsByKind } from '../../model/options.ts';
import type { KnownKind } from '../../model/types.ts';
import { codec, type OptionsCodec, type StoredOptions } from './codec.ts';
import * as fb from './generated/tflite_generated.ts';
import { activation, hybrid, storedActivation, storedHybrid } from './shared-fields.ts';

/** A codec for tables of which we only set how activations of a hybrid kernel are quantized. */
function hybridOnly<T extends StoredOptions & { asymmetricQuantizeInputs: boolean }>(
  name: keyof typeof fb.BuiltinOptions,
  Stored: new () => T,
): OptionsCodec<HybridOption> {
  return codec<T, HybridOption>(name, Stored, {
    read: (t) => hybrid(t),
    write: (o) => storedHybrid(o) as Partial<T>,
  });
}

type StoredLstm = Pick<
  fb.LSTMOptionsT,
  'fusedActivationFunction' | 'cellClip' | 'projClip' | 'asymmetricQuantizeInputs'
>;

const readLstm = (t: StoredLstm): LstmOptions => ({
  activation: activation(t),
  cellClip: t.cellClip,
  projClip: t.projClip,
  ...hybrid(t),
});
const storedLstm = (o: LstmOptions): StoredLstm => ({
  fusedActivationFunction: storedActivation(o.activation),
  cellClip: o.cellClip,
  projClip: o.projClip,
  ...storedHybrid(o),
});

/** Recurrent operators, whose hybrid kernels take stored weights. */
export const recurrentCodecs = {
  SVDF: codec('SVDFOptions', fb.SVDFOptionsT, {
    read: (t) => ({ rank: t.rank, activation: activation(t), ...hybrid(t) }),
    write: (o) => ({
      rank: o.rank,
      fusedActivationFunction: storedActivation(o.activation),
      ...storedHybrid(o),
    }),
  }),
  RNN: hybridOnly('RNNOptions', fb.RNNOptionsT),
  UNIDIRECTIONAL_SEQUENCE_RNN: hybridOnly('SequenceRNNOptions', fb.SequenceRNNOptionsT),
  BIDIRECTIONAL_SEQUENCE_RNN: hybridOnly(
    'BidirectionalSequenceRNNOptions',
    fb.BidirectionalSequenceRNNOptionsT,
  ),
  LSTM: codec('LSTMOptions', fb.LSTMOptionsT, { read: readLstm, write: storedLstm }),
  UNIDIRECTIONAL_SEQUENCE_LSTM: codec(
    'UnidirectionalSequenceLSTMOptions',
    fb.UnidirectionalSequenceLSTMOptionsT,
    {
      read: (t) => ({ ...readLstm(t), timeMajor: t.timeMajor }),
      write: (o) => ({ ...storedLstm(o), timeMajor: o.timeMajor }),
    },
  ),
  BIDIRECTIONAL_SEQUENCE_LSTM: hybridOnly(
    'BidirectionalSequenceLSTMOptions',
    fb.BidirectionalSequenceLSTMOptionsT,
  ),
} satisfies { readonly [K in KnownKind]?: OptionsCodec<OptionsByKind[K]> };
