import type { Activation, BiasTypeOption, HybridOption } from '../../model/options.ts';
import { storedDtype } from './dtypes.ts';
import * as fb from './generated/tflite_generated.ts';

/** Fields that several operators' options share. */

export const activation = (stored: { fusedActivationFunction: fb.ActivationFunctionType }): Activation =>
  (fb.ActivationFunctionType[stored.fusedActivationFunction] as Activation | undefined) ?? 'NONE';
export const storedActivation = (name: Activation) => fb.ActivationFunctionType[name];

/** The schema has no word for “not given”; FLOAT32, its default, means that. */
export const biasType = (stored: { quantizedBiasType: fb.TensorType }) => ({
  ...(stored.quantizedBiasType === fb.TensorType.INT32 && { quantizedBiasType: 'int32' as const }),
  ...(stored.quantizedBiasType === fb.TensorType.INT64 && { quantizedBiasType: 'int64' as const }),
});
export const storedBiasType = ({ quantizedBiasType }: BiasTypeOption) => ({
  quantizedBiasType: quantizedBiasType === undefined ? fb.TensorType.FLOAT32 : storedDtype(quantizedBiasType),
});
export const hybrid = (stored: { asymmetricQuantizeInputs: boolean }) => ({
  ...(stored.asymmetricQuantizeInputs && { asymmetricQuantizeInputs: true }),
});
export const storedHybrid = ({ asymmetricQuantizeInputs = false }: HybridOption) => ({
  asymmetricQuantizeInputs,
});
