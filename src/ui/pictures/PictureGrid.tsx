import { useState } from 'react';
import { Button } from '../parts/Button.tsx';
import { Thumbnail } from '../parts/Thumbnail.tsx';
import styles from './PictureGrid.module.css';

export interface PictureTile {
  /** Position among the samples. */
  readonly index: number;
  readonly name: string;
  readonly label: string | undefined;
}

interface Props {
  readonly pictures: readonly PictureTile[];
  readonly selected: number;
  readonly onSelect: (index: number) => void;
}

/** Tiles that a click adds. */
const page = 120;

/** Pictures as tiles; the chosen one is shown as the model gets it. */
export function PictureGrid({ pictures, selected, onSelect }: Props) {
  const [shown, setShown] = useState(page);
  return (
    <>
      <ul className={styles.grid}>
        {pictures.slice(0, shown).map(({ index, name, label }) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={index === selected}
              title={name}
              onClick={() => onSelect(index)}
            >
              <Thumbnail index={index} size={72} alt={name} />
              {label !== undefined && <span className={styles.label}>{label}</span>}
            </button>
          </li>
        ))}
      </ul>
      {pictures.length > shown && <Button onClick={() => setShown(shown + page)}>Show {page} more</Button>}
    </>
  );
}
