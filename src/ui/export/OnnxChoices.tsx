import type { OnnxExport } from '../../app/state.ts';
import { Choice } from '../parts/Choice.tsx';

interface Props {
  readonly request: OnnxExport;
  readonly onRequest: (request: OnnxExport) => void;
}

/** Integers of the activations of a quantized `.onnx`. */
export function OnnxChoices({ request, onRequest }: Props) {
  return (
    <>
      <Choice
        legend="Activations are stored as"
        value={request.activations}
        options={[
          { value: 'int8', label: 'int8' },
          { value: 'uint8', label: 'uint8' },
        ]}
        onChange={(activations) => onRequest({ ...request, activations })}
      />
      <Choice
        legend="Their ranges"
        value={request.symmetric ? 'symmetric' : 'asymmetric'}
        options={[
          { value: 'asymmetric', label: 'as measured' },
          { value: 'symmetric', label: 'symmetric around 0' },
        ]}
        onChange={(ranges) => onRequest({ ...request, symmetric: ranges === 'symmetric' })}
      />
    </>
  );
}
