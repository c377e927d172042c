import { useRef } from 'react';
import type { RecipeFormat } from '../../app/recipe-files.ts';
import type { GivenFile } from '../../app/state.ts';
import { Button } from '../parts/Button.tsx';
import { FileInput, type FileInputHandle } from '../start/FileInput.tsx';
import styles from './RecipeFiles.module.css';

export interface RecipeFilesProps {
  readonly onImport: (files: readonly GivenFile[]) => void;
  readonly onExport: (format: RecipeFormat) => void;
}

/** The recipe in and out, in our own form and in ai-edge-quantizer's. */
export function RecipeFiles({ onImport, onExport }: RecipeFilesProps) {
  const input = useRef<FileInputHandle>(null);
  return (
    <div className={styles.files}>
      <FileInput ref={input} onFiles={onImport} />
      <Button onClick={() => input.current?.open()}>Open a recipe</Button>
      <Button onClick={() => onExport('zeropoint')}>Save as JSON</Button>
      <Button onClick={() => onExport('ai-edge-quantizer')}>Save for ai-edge-quantizer</Button>
    </div>
  );
}
