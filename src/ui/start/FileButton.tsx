import { type ReactNode, useRef } from 'react';
import type { GivenFile } from '../../app/state.ts';
import { Button } from '../parts/Button.tsx';
import { FileInput, type FileInputHandle } from './FileInput.tsx';

interface Props {
  readonly variant?: 'primary' | 'plain';
  /** Asks for a folder instead of files. */
  readonly folder?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly children: ReactNode;
}

/** A button that opens the browser's file dialog. */
export function FileButton({ variant = 'plain', folder = false, onFiles, children }: Props) {
  const input = useRef<FileInputHandle>(null);
  return (
    <>
      <FileInput ref={input} folder={folder} onFiles={onFiles} />
      <Button variant={variant} onClick={() => input.current?.open()}>
        {children}
      </Button>
    </>
  );
}
