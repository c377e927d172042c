import type { FileKind } from './detect.ts';

/** A file name inside a shell's single quotes. */
function quoted(name: string): string {
  return `'${name.replaceAll("'", "'\\''")}'`;
}

/** A file name as a Python string inside a shell's double quotes; one that could not stand there is left to be filled in. */
function pythonString(name: string): string {
  return /[\\'"$`]/.test(name) ? "'FILE'" : `'${name}'`;
}

function fromKeras(name: string): string {
  const load = `tf.keras.models.load_model(${pythonString(name)})`;
  const convert = `tf.lite.TFLiteConverter.from_keras_model(${load}).convert()`;
  return `python -c "import tensorflow as tf; open('model.tflite', 'wb').write(${convert})"`;
}

/**
 * The one command line that makes a model which is read here out of one that is not, with what its maker installs anyway;
 * `undefined` for kinds without one.
 * @param name - of the file; capitals in the line stand for what only its maker knows.
 */
export function conversionOf(kind: FileKind, name: string): string | undefined {
  switch (kind) {
    case 'hdf5':
    case 'keras':
      return fromKeras(name);
    case 'saved-model':
      return 'tflite_convert --saved_model_dir=FOLDER --output_file=model.tflite';
    case 'frozen-graph':
      return `tflite_convert --enable_v1_converter --graph_def_file=${quoted(name)} --input_arrays=INPUT --output_arrays=OUTPUT --output_file=model.tflite`;
    case 'pytorch':
      return `python -c "import torch; torch.onnx.export(torch.load(${pythonString(name)}, weights_only=False).eval(), torch.zeros(1, 3, HEIGHT, WIDTH), 'model.onnx')"`;
    default:
      return undefined;
  }
}
