import type { ReactNode } from 'react';
import type { GivenFile } from '../../app/state.ts';
import type { Preprocess } from '../../core/images/preprocess.ts';
import { Heading } from '../parts/Heading.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import screen from '../parts/screen.module.css';
import { FileButton } from '../start/FileButton.tsx';
import { PictureGrid, type PictureTile } from './PictureGrid.tsx';
import styles from './PicturesView.module.css';
import { PreprocessForm } from './PreprocessForm.tsx';

interface Props {
  readonly pictures: readonly PictureTile[];
  /** Whether they are pictures, so that they can be shown. */
  readonly withPictures: boolean;
  /** Files that could not be used, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly selected: number;
  readonly onSelect: (index: number) => void;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  /** `undefined` for models that take no pictures. */
  readonly preprocess: Preprocess | undefined;
  readonly onPreprocess: (preprocess: Preprocess) => void;
  /** Where the preprocessing comes from; `certain` when the model itself says so. */
  readonly guess: { readonly certain: boolean; readonly reasons: readonly string[] } | undefined;
  readonly preview: ReactNode;
}

/** The pictures, and how they become the model's input. */
export function PicturesView(props: Props) {
  const { pictures, preprocess, onPreprocess, preview, selected, onSelect, skipped, onFiles } = props;
  return (
    <div className={screen.screen}>
      <Heading lead="Ranges are measured on these pictures, and the two models are compared on them. A change here measures anew.">
        Pictures
      </Heading>
      {preprocess && (
        <Panel title="What the model gets" aside={<Origin guess={props.guess} />}>
          <div className={styles.preprocess}>
            <PreprocessForm value={preprocess} onChange={onPreprocess} />
            {preview}
          </div>
        </Panel>
      )}
      <Panel
        title={numbers.counted(pictures.length, props.withPictures ? 'picture' : 'sample')}
        aside={<FileButton onFiles={onFiles}>Choose other pictures</FileButton>}
      >
        {props.withPictures ? (
          <PictureGrid pictures={pictures} selected={selected} onSelect={onSelect} />
        ) : (
          <p>Arrays are given to the model as they are.</p>
        )}
      </Panel>
      {skipped.length > 0 && <Skipped skipped={skipped} />}
    </div>
  );
}

function Origin({ guess }: { readonly guess: Props['guess'] }) {
  if (guess === undefined) return null;
  return (
    <details className={styles.origin}>
      <summary>{guess.certain ? 'Given by the model' : 'Guessed: check it'}</summary>
      {guess.reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
    </details>
  );
}

function Skipped({ skipped }: { readonly skipped: Props['skipped'] }) {
  return (
    <Panel title={`${numbers.counted(skipped.length, 'file')} skipped`}>
      <ul className={styles.skipped}>
        {skipped.map(({ name, reason }) => (
          <li key={name}>
            {name}: {reason}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
