const singleKeys = 'single-key-shortcuts';

/** Whether shortcuts of one key without a modifier are on; they are unless switched off. */
export function singleKeysOn(): boolean {
  try {
    return window.localStorage.getItem(singleKeys) !== 'off';
  } catch {
    // Storage can be forbidden; the usual choice holds then.
    return true;
  }
}

export function setSingleKeys(on: boolean): void {
  try {
    window.localStorage.setItem(singleKeys, on ? 'on' : 'off');
  } catch {
    // Kept for this visit only would be half a promise; the box then shows that nothing changed.
  }
}
