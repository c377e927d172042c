export type TextKind =
  | 'text'
  | 'json'
  | 'html'
  | 'git-lfs'
  | 'tfjs-layers'
  | 'tfjs-graph'
  | 'coreml'
  | 'saved-model'
  | 'graph-text'
  | 'checkpoint'
  | 'caffe'
  | 'openvino'
  | 'ncnn';

/** Model formats that are text, by how they begin. */
const beginnings: readonly (readonly [RegExp, TextKind])[] = [
  [/^version https:\/\/git-lfs\.github\.com\/spec\//, 'git-lfs'],
  // ncnn's net.cpp: the magic number stands in a line of its own.
  [/^7767517\s/, 'ncnn'],
  [/^(<\?xml[^>]*>\s*)?<net\s[^>]*>\s*<layers[\s>]/, 'openvino'],
  [/^saved_model_schema_version\s*:/, 'saved-model'],
  [/^node\s*\{\s*name\s*:\s*"[^"]*"\s*op\s*:\s*"/, 'graph-text'],
  [/^model_checkpoint_path\s*:\s*"/, 'checkpoint'],
];

/** Caffe's NetParameter as text: a layer, and what it reads or writes. */
function isCaffe(text: string): boolean {
  return /^\s*layers?\s*\{/m.test(text) && /^\s*(bottom|top)\s*:\s*"/m.test(text);
}

function jsonKind(text: string): TextKind {
  // The Manifest.json of an .mlpackage.
  if (/"itemInfoEntries"/.test(text) && /"rootModelIdentifier"/.test(text)) return 'coreml';
  const [, format] = /"format"\s*:\s*"(layers|graph)-model"/.exec(text) ?? [];
  if (format === undefined && !text.includes('"modelTopology"')) return 'json';
  // Before there was a field for it, layers came with Keras's configuration and graphs with nodes.
  const isLayers = format === undefined ? /"(model_config|keras_version)"/.test(text) : format === 'layers';
  return isLayers ? 'tfjs-layers' : 'tfjs-graph';
}

/**
 * What a text is by its content; `undefined` for what is none.
 * @param head - the beginning of the file, a character for each byte.
 */
export function textKind(head: string): TextKind | undefined {
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^(<!doctype html|<html|<head|<body)/i.test(text)) return 'html';
  if (!/^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head)) return undefined;
  if (/^[{[]/.test(text)) return jsonKind(text);
  const [, kind] = beginnings.find(([pattern]) => pattern.test(text)) ?? [];
  return kind ?? (isCaffe(text) ? 'caffe' : 'text');
}
