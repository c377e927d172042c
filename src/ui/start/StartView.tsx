import type { GivenFile } from '../../app/state.ts';
import { Button } from '../parts/Button.tsx';
import { ExampleCard } from './ExampleCard.tsx';
import { FileButton } from './FileButton.tsx';
import styles from './StartView.module.css';

interface Props {
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly onExample: () => void;
}

/** The first screen. It depends on nothing that a browser has, so that the build can write it into the page. */
export function StartView({ onFiles, onExample }: Props) {
  return (
    <div className={styles.start}>
      <div className={styles.head}>
        <h1 className={styles.title} tabIndex={-1}>
          Make your image model four times smaller, and see what it costs.
        </h1>
        <p className={styles.lead}>
          From a float TensorFlow Lite or ONNX model and typical pictures to the int8 model that TensorFlow
          itself makes, with every range, scale and error in sight.
        </p>
      </div>
      <div className={styles.ways}>
        <section className={styles.drop} aria-labelledby="own">
          <h2 id="own">Your model and pictures</h2>
          <p>Drop them anywhere on this page: together or one after the other.</p>
          <div className={styles.buttons}>
            <FileButton variant="primary" onFiles={onFiles}>
              Choose files
            </FileButton>
            <FileButton folder onFiles={onFiles}>
              Choose a folder
            </FileButton>
          </div>
          <p className={styles.promise}>Your files stay on this computer. Nothing is uploaded.</p>
        </section>
        <ExampleCard>
          <Button onClick={onExample}>Try the example</Button>
        </ExampleCard>
      </div>
      <Accepted />
    </div>
  );
}

function Accepted() {
  return (
    <section className={styles.accepted} aria-labelledby="accepted">
      <h2 id="accepted">What it takes</h2>
      <dl>
        <dt>Model</dt>
        <dd>
          <code>.tflite</code> or <code>.onnx</code> with float weights, or with ranges from
          quantization-aware training. Where an <code>.onnx</code> keeps its weights in a second file, drop
          both. A model that is int8 already is refused with the reason.
        </dd>
        <dt>Pictures</dt>
        <dd>
          20 to 200 typical ones as PNG, JPEG, WebP, BMP or GIF, in a folder or a <code>.zip</code>. Folder
          names become labels. Arrays come as <code>.npy</code>.
        </dd>
        <dt>Refused</dt>
        <dd>
          Keras (<code>.h5</code>, <code>.keras</code>), PyTorch, SavedModel, TensorFlow.js and others: what
          they are is said, with the line that converts them where there is one.
        </dd>
      </dl>
    </section>
  );
}
