import type { ExportRequest, ExportState } from '../../app/state.ts';
import { Button } from '../parts/Button.tsx';
import { Choice } from '../parts/Choice.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import * as numbers from '../parts/numbers.ts';
import styles from './ExportDialog.module.css';
import { OnnxChoices } from './OnnxChoices.tsx';
import { TfliteChoices, type TfliteTypes } from './TfliteChoices.tsx';

interface Props {
  /** The true name of what is exported: “strict int8”. */
  readonly what: string;
  readonly request: ExportRequest;
  /** A request for each format that can be written. */
  readonly formats: readonly ExportRequest[];
  /** Whether the ONNX file has integer activations, about which there is something to choose. */
  readonly onnxActivations: boolean;
  readonly types: TfliteTypes;
  readonly state: ExportState;
  readonly onRequest: (request: ExportRequest) => void;
  readonly onSave: () => void;
  readonly onClose: () => void;
}

const formatOptions = {
  tflite: { value: 'tflite', label: '.tflite', help: 'TensorFlow Lite, NHWC' },
  onnx: { value: 'onnx', label: '.onnx', help: 'QuantizeLinear and DequantizeLinear in your graph' },
} as const;

/** Format and types of the file; it is made, read back and checked before it can be saved. */
export function ExportDialog(props: Props) {
  const { what, request, formats, onnxActivations, types, state, onRequest, onSave, onClose } = props;
  const choose = (format: ExportRequest['format']) => {
    const chosen = formats.find((one) => one.format === format);
    if (chosen !== undefined) onRequest(chosen);
  };
  return (
    <Dialog title={`Export: ${what}`} onClose={onClose}>
      <div className={styles.body}>
        {formats.length > 1 && (
          <Choice
            legend="File"
            value={request.format}
            options={formats.map(({ format }) => formatOptions[format])}
            onChange={choose}
            layout="cards"
          />
        )}
        {request.format === 'tflite' && (
          <TfliteChoices request={request} types={types} onRequest={onRequest} />
        )}
        {request.format === 'onnx' && onnxActivations && (
          <OnnxChoices request={request} onRequest={onRequest} />
        )}
        <div className={styles.state} role="status">
          <StateLines state={state} />
        </div>
        <Button variant="primary" disabled={state.kind !== 'ready'} onClick={onSave}>
          {state.kind === 'ready' ? `Save ${state.name}, ${numbers.bytes(state.file.size)}` : 'Save'}
        </Button>
      </div>
    </Dialog>
  );
}

function StateLines({ state }: { readonly state: ExportState }) {
  switch (state.kind) {
    case 'working':
      return <p>Writing the file and reading it back …</p>;
    case 'ready':
      return (
        <ul className={styles.checks}>
          {state.checks.map((check) => (
            <li key={check}>{check}</li>
          ))}
        </ul>
      );
    case 'failed':
      return <p className={styles.failed}>{state.message}</p>;
    default:
      return state satisfies never;
  }
}
