import { Problem } from '../problem.ts';

/** Nodes that are told one by one; there may be hundreds. */
const toldNodes = 8;

/** Sentences about nodes that TensorFlow Lite has no ops for, and what can be made of the model all the same. */
export function missingText(missing: readonly string[]): string {
  const more = missing.length - toldNodes;
  const told = [...missing.slice(0, toldNodes), ...(more > 0 ? [`And ${more} more.`] : [])];
  return `${told.join(' ')} The rest can be quantized around it and written as .onnx, not as .tflite`;
}

/**
 * Refuses a `.tflite` of nodes that TensorFlow Lite has no ops for.
 * @param missing - `OpenedModel.missing`.
 * @param how - how the other format is asked for, where there is something to say.
 * @throws Problem `export/refused` naming every node
 */
export function checkTflite(missing: readonly string[], how = ''): void {
  if (missing.length === 0) return;
  const text = how === '' ? `${missingText(missing)}.` : `${missingText(missing)}: ${how}`;
  throw new Problem('export/refused', text, { missing });
}
