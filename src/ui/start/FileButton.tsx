import { type ChangeEvent, type ReactNode, useRef } from 'react';
import type { GivenFile } from '../../app/state.ts';
import { Button } from '../parts/Button.tsx';
import { chosenFiles } from './given-files.ts';

interface Props {
  readonly variant?: 'primary' | 'plain';
  /** Asks for a folder instead of files. */
  readonly folder?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly children: ReactNode;
}

/** A button that opens the browser's file dialog. */
export function FileButton({ variant = 'plain', folder = false, onFiles, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const files = chosenFiles(event.target.files ?? []);
    // The same file can be chosen again after an error.
    event.target.value = '';
    if (files.length > 0) onFiles(files);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        {...(folder && { webkitdirectory: '' })}
        onChange={chosen}
      />
      <Button variant={variant} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  );
}
