import type { Code } from '../../core/problem.ts';

/** What stands above a problem's own sentence, and what a person can do about it. */
export interface Words {
  readonly title: string;
  readonly advice: string;
}

const pictures = 'Choose other pictures; the model stays open.';
const report = 'This is a fault of the studio. Try again, and report it with the details below.';

export const problemWords: Readonly<Record<Code, Words>> = {
  usage: { title: 'This setting does not fit', advice: 'Change it under Pictures.' },
  'file/unreadable': {
    title: 'The file cannot be read',
    advice: 'It may have been moved or changed. Choose it again.',
  },
  'file/unwritable': { title: 'The file cannot be written', advice: 'Choose another place for it.' },
  'file/empty': { title: 'The file is empty', advice: 'Download or export it again.' },
  'file/unknown': {
    title: 'This is not a file the studio knows',
    advice: 'It opens .tflite and .onnx models, pictures, .zip and .npy.',
  },
  'file/truncated': { title: 'The file ends too early', advice: 'Download or copy it again.' },
  'file/other-kind': {
    title: 'This is another kind of file',
    advice: 'The studio opens .tflite and .onnx models; convert the model first, in float32.',
  },
  'file/invalid': { title: 'The file is damaged', advice: 'Download or export it again.' },
  'model/invalid': {
    title: 'The model contradicts itself',
    advice: 'Export it again from the tool it comes from.',
  },
  'model/unsupported-op': {
    title: 'The model has operators that are not known here',
    advice: 'Export it with standard operators only.',
  },
  'model/dynamic-shape': {
    title: 'The input size is open',
    advice: 'An export of the model with a fixed input size avoids this.',
  },
  'model/not-finite': {
    title: 'The weights hold values that are no numbers',
    advice: 'Check the training; such a model cannot be quantized.',
  },
  'model/already-quantized': {
    title: 'This model is quantized already',
    advice: 'Open the float model that it was made from.',
  },
  'model/inputs': {
    title: 'The samples do not fit the inputs',
    advice: 'Give one array for each input of the model.',
  },
  'model/external-data': {
    title: 'A part of the model is missing',
    advice: 'Drop the .onnx file and the file with its weights together.',
  },
  'recipe/invalid': { title: 'The settings are not valid', advice: 'Set them anew.' },
  'quantize/unsupported': {
    title: 'The recipe does not fit this model',
    advice: 'The cause is named above; choose another recipe, or change that part of the model.',
  },
  'images/undecodable': { title: 'A picture cannot be decoded', advice: pictures },
  'images/none': { title: 'There are no pictures to work with', advice: pictures },
  'images/shape': {
    title: 'The pictures do not fit the model',
    advice: 'Check the preprocessing under Pictures.',
  },
  'labels/invalid': {
    title: 'The labels do not fit the model',
    advice: 'Name the folders after the classes, or leave labels out.',
  },
  'range/missing': { title: 'A range is missing', advice: 'Add pictures, so that it can be measured.' },
  'range/not-finite': {
    title: 'The float model gives values that are no numbers',
    advice: 'This is usually the preprocessing; check it under Pictures.',
  },
  'compute/out-of-memory': {
    title: 'Not enough memory for this model',
    advice: 'Close other tabs, or use fewer pictures.',
  },
  'compute/runtime': { title: 'The float model does not run', advice: 'The cause is named above.' },
  'compute/stopped': {
    title: 'The computing stopped',
    advice: 'Often memory was short: close other tabs, or use fewer pictures.',
  },
  'compute/cancelled': { title: 'Stopped', advice: 'Earlier results are unchanged.' },
  'export/refused': {
    title: 'The file is not handed over',
    advice: 'It did not give the answers shown here when it was read back.',
  },
  internal: { title: 'Something is wrong in the studio', advice: report },
};
