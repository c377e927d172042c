import type { TfliteExport } from '../../app/state.ts';
import type { IoType } from '../../core/quantize/recipe.ts';
import { Choice } from '../parts/Choice.tsx';

/** What inputs and outputs may be. */
export type TfliteTypes = readonly { readonly value: IoType; readonly label: string }[];

interface Props {
  readonly request: TfliteExport;
  readonly types: TfliteTypes;
  readonly onRequest: (request: TfliteExport) => void;
}

/** Input and output type of a `.tflite`. */
export function TfliteChoices({ request, types, onRequest }: Props) {
  return (
    <>
      <Choice
        legend="The caller gives the input as"
        value={request.inputType}
        options={types}
        onChange={(inputType) => onRequest({ ...request, inputType })}
      />
      <Choice
        legend="The caller gets the output as"
        value={request.outputType}
        options={types}
        onChange={(outputType) => onRequest({ ...request, outputType })}
      />
    </>
  );
}
