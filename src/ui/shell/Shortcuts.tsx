import { useEffect, useRef } from 'react';
import { openFiles, redo, showKeyboardHelp, undo } from '../../app/actions.ts';
import { openExport } from '../../app/exporting.ts';
import { goTo, goToNeighbour } from '../../app/navigate.ts';
import { singleKeysOn } from '../../app/preferences.ts';
import { routeOf } from '../../app/routes.ts';
import { getState, useStudio } from '../../app/store.ts';
import { FileInput, type FileInputHandle } from '../start/FileInput.tsx';
import { ShortcutHelp } from './ShortcutHelp.tsx';
import { screens } from './screens.ts';
import { commandOf, type SimpleCommand } from './shortcuts.ts';

/** Whether an element that a key went to is one of those. Radio buttons and check boxes take none of the page's keys. */
function isIn(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

const textFields = 'input:not([type=radio], [type=checkbox]), textarea, [contenteditable]';

/** The box that finds a layer; on another screen it comes with the table of layers. */
function find(): void {
  const box = () => document.querySelector<HTMLInputElement>('main input[type=search]');
  if (box() === null) goTo(getState().layersRoute);
  // The screen comes in the next frames.
  const focus = (tries: number): void => {
    const found = box();
    if (found !== null) found.focus();
    else if (tries > 0) requestAnimationFrame(() => focus(tries - 1));
  };
  requestAnimationFrame(() => focus(30));
}

/** What commands do; those that need a model or a result do nothing without. */
const actions: Readonly<Record<SimpleCommand, () => void>> = {
  export: () => {
    if (getState().result !== undefined) openExport();
  },
  undo,
  redo,
  find: () => {
    if (getState().result !== undefined) find();
  },
  next: () => goToNeighbour(1),
  previous: () => goToNeighbour(-1),
};

function goToScreen(number: number): void {
  const wanted = screens[number];
  const { model, layersRoute } = getState();
  if (model === undefined || wanted === undefined) return;
  goTo(wanted.screen === 'layers' ? layersRoute : routeOf(wanted.screen));
}

/** Listens to the keyboard of the whole page. */
export function Shortcuts() {
  const help = useStudio((state) => state.keyboardHelp);
  const files = useRef<FileInputHandle>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      // A dialog has the keyboard to itself.
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
      const command = commandOf(
        {
          key: event.key,
          command: event.ctrlKey || event.metaKey,
          shift: event.shiftKey,
          alt: event.altKey,
          typing: isIn(event.target, textFields),
          choosing: isIn(event.target, 'select'),
        },
        singleKeysOn(),
      );
      if (command === undefined) return;
      event.preventDefault();
      if (command.kind === 'help') showKeyboardHelp(true);
      else if (command.kind === 'open') files.current?.open();
      else if (command.kind === 'goTo') goToScreen(command.screen);
      else actions[command.kind]();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
  return (
    <>
      <FileInput ref={files} onFiles={openFiles} />
      {help && <ShortcutHelp onClose={() => showKeyboardHelp(false)} />}
    </>
  );
}
