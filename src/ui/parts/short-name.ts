/** The end of a path-like tensor name: the beginning is the same for most of a model's tensors. */
export function shortName(name: string): string {
  return name.split('/').slice(-2).join('/');
}
