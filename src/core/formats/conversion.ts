import type { FileKind } from './detect.ts';

/** A file name inside a shell's single quotes. */
function quoted(name: string): string {
  return `'${name.replaceAll("'", "'\\''")}'`;
}

/** A file name as a Python string inside a shell's double quotes; one that could not stand there is left to be filled in. */
function pythonString(name: string): string {
  return /[\\'"$`]/.test(name) ? "'FILE'" : `'${name}'`;
}

/** The folder of a SavedModel, whose graph has one name; a file of another name may lie anywhere. */
function savedModelFolder(name: string): string {
  const [, folder] = /^(?:(.*)[/\\])?saved_model\.pb(?:txt)?$/s.exec(name) ?? ['', 'FOLDER'];
  return folder === 'FOLDER' ? folder : quoted(folder === '' ? '/' : (folder ?? '.'));
}

function fromSavedModel(folder: string): string {
  return `tflite_convert --saved_model_dir=${folder} --output_file=model.tflite`;
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
      return fromSavedModel(savedModelFolder(name));
    case 'saved-model-zip': {
      const folder = '"$(dirname "$(find unpacked -name \'saved_model.pb*\' | head -n 1)")"';
      return `unzip -q ${quoted(name)} -d unpacked && ${fromSavedModel(folder)}`;
    }
    case 'tfjs-layers':
      return `tensorflowjs_converter --input_format=tfjs_layers_model --output_format=keras ${quoted(name)} model.h5 && ${fromKeras('model.h5')}`;
    case 'exported-program':
      return `python -c "import torch; torch.onnx.export(torch.export.load(${pythonString(name)}), f='model.onnx', dynamo=True)"`;
    case 'frozen-graph':
    case 'graph-text':
      return `tflite_convert --enable_v1_converter --graph_def_file=${quoted(name)} --input_arrays=INPUT --output_arrays=OUTPUT --output_file=model.tflite`;
    case 'pytorch':
      return `python -c "import torch; torch.onnx.export(torch.load(${pythonString(name)}, weights_only=False).eval(), torch.zeros(1, 3, HEIGHT, WIDTH), 'model.onnx')"`;
    default:
      return undefined;
  }
}
