export type SimpleCommand = 'export' | 'undo' | 'redo' | 'find' | 'next' | 'previous';
/** What a key asks for; `goTo` counts the screens from 0. */
type Command =
  | { readonly kind: SimpleCommand | 'open' | 'help' }
  | { readonly kind: 'goTo'; readonly screen: number };

/** The keys of an event, and where they went. */
export interface Pressed {
  readonly key: string;
  /** Ctrl, or ⌘ on a Mac. */
  readonly command: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Into a text field. */
  readonly typing: boolean;
  /** In a list, which takes letters and digits to find an entry. */
  readonly choosing: boolean;
}

/** For people: keys and what they do. */
export const shortcutList: readonly (readonly [keys: string, does: string])[] = [
  ['Ctrl O', 'Open a model or pictures'],
  ['Ctrl S', 'Export'],
  ['Ctrl Z, Ctrl Shift Z', 'Undo, redo'],
  ['1 … 6', 'Overview, Pictures, Recipe, Layers, Compare, Targets'],
  ['/', 'Find a layer'],
  ['[ and ]', 'Previous, next layer'],
  ['Esc', 'Close a dialog'],
  ['?', 'This list'],
];

function withCommand(key: string, shift: boolean): Command | undefined {
  switch (key.toLowerCase()) {
    case 'o':
      return { kind: 'open' };
    case 's':
      return { kind: 'export' };
    case 'z':
      return { kind: shift ? 'redo' : 'undo' };
    case 'y':
      return { kind: 'redo' };
    default:
      return undefined;
  }
}

function single(key: string): Command | undefined {
  if (/^[1-6]$/.test(key)) return { kind: 'goTo', screen: Number(key) - 1 };
  switch (key) {
    case '/':
      return { kind: 'find' };
    case ']':
      return { kind: 'next' };
    case '[':
      return { kind: 'previous' };
    case '?':
      return { kind: 'help' };
    default:
      return undefined;
  }
}

/**
 * What a key press asks for. Single keys are left to text fields and lists, and to nobody when they are switched off
 * (WCAG 2.1.4); a text field keeps its own undo.
 */
export function commandOf(pressed: Pressed, singleKeys: boolean): Command | undefined {
  const { key, command, shift, alt, typing, choosing } = pressed;
  if (command) {
    const wanted = alt ? undefined : withCommand(key, shift);
    return typing && (wanted?.kind === 'undo' || wanted?.kind === 'redo') ? undefined : wanted;
  }
  return alt || typing || choosing || !singleKeys ? undefined : single(key);
}
