import type { Builder, Offset } from 'flatbuffers';
import * as fb from './generated/tflite_generated.ts';

/** An options table unpacked by the generated code. */
export interface StoredOptions {
  pack(builder: Builder): Offset;
}

/** How one kind's options stand in the file: which table, and for each field of ours how to read and to write it. */
export interface OptionsCodec<Options> {
  readonly type: fb.BuiltinOptions;
  create(): StoredOptions;
  read(stored: StoredOptions): Options;
  /** A copy of `stored` with the fields that we understand replaced; the others stay as they were in the file. */
  write(options: Options, stored: StoredOptions): StoredOptions;
}

interface Fields<T extends StoredOptions, Options> {
  readonly read: (stored: T) => Options;
  readonly write: (options: Options) => Partial<T>;
}

/** A codec out of its two directions. */
export function codec<T extends StoredOptions, Options>(
  name: keyof typeof fb.BuiltinOptions,
  Stored: new () => T,
  fields: Fields<T, Options>,
): OptionsCodec<Options> {
  return {
    type: fb.BuiltinOptions[name] as fb.BuiltinOptions,
    create: () => new Stored(),
    read: (stored) => fields.read(stored as T),
    write: (options, stored) => Object.assign(new Stored(), stored, fields.write(options)),
  };
}
