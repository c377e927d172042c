import { useEffect, useRef } from 'react';
import type { Preview } from '../../app/state.ts';
import * as numbers from '../parts/numbers.ts';
import { Thumbnail } from '../parts/Thumbnail.tsx';
import styles from './PreviewPair.module.css';

interface Props {
  readonly name: string;
  /** Position among the samples. */
  readonly index: number;
  readonly preview: Preview | undefined;
}

/** A picture beside what the model gets of it. */
export function PreviewPair({ name, index, preview }: Props) {
  return (
    <div className={styles.pair}>
      <figure>
        <Thumbnail key={index} index={index} size={192} alt={name} />
        <figcaption>{name}</figcaption>
      </figure>
      <figure>
        {preview ? <Pixels preview={preview} /> : <div className={styles.waiting} />}
        <figcaption>
          {preview
            ? `${preview.width} × ${preview.height}, values ${numbers.span(preview.min, preview.max)}`
            : 'What the model gets'}
        </figcaption>
      </figure>
    </div>
  );
}

function Pixels({ preview }: { readonly preview: Preview }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = preview;
  useEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [pixels, width, height]);
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label="What the model gets" />;
}
