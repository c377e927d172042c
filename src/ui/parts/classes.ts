/** Class names as one attribute; a name that does not apply is `undefined`, `false` or empty. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
