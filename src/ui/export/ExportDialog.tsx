import type { ExportState } from '../../app/state.ts';
import type { IoType } from '../../core/quantize/recipe.ts';
import { Button } from '../parts/Button.tsx';
import { Choice } from '../parts/Choice.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import * as numbers from '../parts/numbers.ts';
import styles from './ExportDialog.module.css';

interface Props {
  /** The true name of what is exported: “strict int8”. */
  readonly what: string;
  /** What inputs and outputs may be. */
  readonly types: readonly { readonly value: IoType; readonly label: string }[];
  readonly inputType: IoType;
  readonly outputType: IoType;
  readonly state: ExportState;
  readonly onTypes: (types: { readonly inputType: IoType; readonly outputType: IoType }) => void;
  readonly onSave: () => void;
  readonly onClose: () => void;
}

/** Input and output type of the file; it is made, read back and checked before it can be saved. */
export function ExportDialog(props: Props) {
  const { what, types, inputType, outputType, state, onTypes, onSave, onClose } = props;
  return (
    <Dialog title={`Export: ${what}`} onClose={onClose}>
      <div className={styles.body}>
        <Choice
          legend="The caller gives the input as"
          value={inputType}
          options={types}
          onChange={(chosen) => onTypes({ inputType: chosen, outputType })}
        />
        <Choice
          legend="The caller gets the output as"
          value={outputType}
          options={types}
          onChange={(chosen) => onTypes({ inputType, outputType: chosen })}
        />
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
