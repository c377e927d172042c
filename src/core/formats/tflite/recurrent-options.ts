import type { HybridOption, OptionsByKind } from '../../model/options.ts';
import type { KnownKind } from '../../model/types.ts';
import { codec, type OptionsCodec, type StoredOptions } from './codec.ts';
import * as fb from './generated/tflite_generated.ts';
import { hybrid, storedHybrid } from './quantized-fields.ts';

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

/** Recurrent operators, whose hybrid kernels take stored weights. */
export const recurrentCodecs = {
  SVDF: hybridOnly('SVDFOptions', fb.SVDFOptionsT),
  RNN: hybridOnly('RNNOptions', fb.RNNOptionsT),
  UNIDIRECTIONAL_SEQUENCE_RNN: hybridOnly('SequenceRNNOptions', fb.SequenceRNNOptionsT),
  BIDIRECTIONAL_SEQUENCE_RNN: hybridOnly(
    'BidirectionalSequenceRNNOptions',
    fb.BidirectionalSequenceRNNOptionsT,
  ),
  LSTM: hybridOnly('LSTMOptions', fb.LSTMOptionsT),
  UNIDIRECTIONAL_SEQUENCE_LSTM: hybridOnly(
    'UnidirectionalSequenceLSTMOptions',
    fb.UnidirectionalSequenceLSTMOptionsT,
  ),
  BIDIRECTIONAL_SEQUENCE_LSTM: hybridOnly(
    'BidirectionalSequenceLSTMOptions',
    fb.BidirectionalSequenceLSTMOptionsT,
  ),
} satisfies { readonly [K in KnownKind]?: OptionsCodec<OptionsByKind[K]> };
