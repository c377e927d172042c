import { type ChangeEvent, type Ref, useImperativeHandle, useRef } from 'react';
import type { GivenFile } from '../../app/state.ts';
import { chosenFiles } from './given-files.ts';

export interface FileInputHandle {
  /** Opens the browser's file dialog. */
  open(): void;
}

interface Props {
  readonly ref: Ref<FileInputHandle>;
  /** Asks for a folder instead of files. */
  readonly folder?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
}

/** The browser's file dialog, behind whatever opens it. */
export function FileInput({ ref, folder = false, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => ({ open: () => input.current?.click() }), []);
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const files = chosenFiles(event.target.files ?? []);
    // The same file can be chosen again after an error.
    event.target.value = '';
    if (files.length > 0) onFiles(files);
  };
  return (
    <input
      ref={input}
      type="file"
      multiple
      hidden
      {...(folder && { webkitdirectory: '' })}
      onChange={chosen}
    />
  );
}
