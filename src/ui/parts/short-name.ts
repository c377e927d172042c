/**
 * The end of a path-like tensor name: the beginning is the same for most of a model's tensors. The converter joins the names
 * of fused ops with “;”, the one that the output had first.
 */
export function shortName(name: string): string {
  const [first = name] = name.split(';');
  return first.split('/').slice(-2).join('/');
}
