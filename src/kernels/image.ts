/**
 * Where an activation lies. Images are NHWC with a border that holds the zero point, as wide as the windows of all their
 * consumers reach, so that kernels have neither edge cases nor copies. Anything else is an image of one pixel.
 */
import type { ByteArray } from '../core/execute/int8/kernels.ts';
import type { Form } from './machine.ts';
import type { Workspace } from './memory.ts';
import type { Address } from './webassembly.ts';

/** Pixels around an image. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}
export const noBorder: Border = { top: 0, left: 0, bottom: 0, right: 0 };

export interface Dimensions {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export function isBordered({ top, left, bottom, right }: Border): boolean {
  return top + left + bottom + right > 0;
}

export function widest(a: Border, b: Border): Border {
  return {
    top: Math.max(a.top, b.top),
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** Bytes of a stored element. */
export function elementSize(form: Form): 1 | 2 {
  return form === 'i16' ? 2 : 1;
}
/** What a stored byte differs by from the value. */
export function flipOf(form: Form): number {
  return form === 'u8' ? 128 : 0;
}
/** What `assembly/` calls the form where it takes a number. */
export function formCode(form: Form): number {
  return { s8: 0, u8: 1, i16: 2 }[form];
}

export interface Format extends Dimensions {
  readonly border: Border;
  readonly form: Form;
  /** The value in the border. */
  readonly zeroPoint: number;
}

/** An activation at its place in memory. */
export class StoredImage {
  readonly format: Format;
  readonly address: Address;

  constructor(format: Format, address: Address) {
    this.format = format;
    this.address = address;
  }

  static bytesOf({ batch, height, width, channels, border, form }: Format): number {
    const { top, left, bottom, right } = border;
    return batch * (top + height + bottom) * (left + width + right) * channels * elementSize(form);
  }

  /** The same elements as another image; neither has a border. */
  reshaped(dimensions: Dimensions): StoredImage {
    return new StoredImage({ ...this.format, ...dimensions }, this.address);
  }

  get pixelBytes(): number {
    return this.format.channels * elementSize(this.format.form);
  }
  /** Bytes from a row to the next. */
  get rowBytes(): number {
    const { width, border } = this.format;
    return (border.left + width + border.right) * this.pixelBytes;
  }
  /** Bytes from an image of the batch to the next. */
  get imageBytes(): number {
    const { height, border } = this.format;
    return (border.top + height + border.bottom) * this.rowBytes;
  }

  /** Address of a pixel; −1 and beyond lie in the border. */
  at(image: number, y: number, x: number): Address {
    const { border } = this.format;
    return (
      this.address +
      image * this.imageBytes +
      (y + border.top) * this.rowBytes +
      (x + border.left) * this.pixelBytes
    );
  }

  /** Address of an element by its position in the plain tensor. */
  addressOf(position: number): Address {
    const { batch, height, width, channels, form } = this.format;
    const pixel = Math.floor(position / channels);
    const row = Math.floor(pixel / width);
    const image = Math.min(Math.floor(row / height), batch - 1);
    return this.at(image, row - image * height, pixel % width) + (position % channels) * elementSize(form);
  }

  /** Fills the border; memory is shared with activations that live at other times. */
  drawBorder({ kernels }: Workspace): void {
    const { batch, height, width, border, form, zeroPoint } = this.format;
    if (!isBordered(border)) return;
    const byte = (zeroPoint & 255) ^ flipOf(form);
    const word = form === 'i16' ? zeroPoint & 0xffff : byte * 0x101;
    const [left, right] = [border.left * this.pixelBytes, border.right * this.pixelBytes];
    for (let n = 0; n < batch; n++) {
      const before = border.top * this.rowBytes + left;
      const after = border.bottom * this.rowBytes + right;
      kernels.border(this.at(n, 0, 0), height, width * this.pixelBytes, before, left + right, after, word);
    }
  }

  /** Takes plain values in. */
  store(workspace: Workspace, values: ByteArray): void {
    const { batch, height, width, channels, form } = this.format;
    const staging = workspace.staging(values.length);
    workspace
      .bytes(staging, values.length)
      .set(new Uint8Array(values.buffer, values.byteOffset, values.length));
    this.drawBorder(workspace);
    const row = width * channels;
    for (let n = 0; n < batch; n++) {
      const from = staging + n * height * row;
      workspace.kernels.pack(
        from,
        this.at(n, 0, 0),
        height,
        row,
        this.rowBytes,
        flipOf(form),
        elementSize(form) - 1,
      );
    }
  }

  /** Gives plain values out. */
  load(workspace: Workspace, values: ByteArray): void {
    const { batch, height, width, channels, form } = this.format;
    const staging = workspace.staging(values.length);
    const row = width * channels;
    for (let n = 0; n < batch; n++) {
      const to = staging + n * height * row;
      workspace.kernels.unpack(
        this.at(n, 0, 0),
        to,
        height,
        row,
        this.rowBytes,
        flipOf(form),
        elementSize(form) - 1,
      );
    }
    new Uint8Array(values.buffer, values.byteOffset, values.length).set(
      workspace.bytes(staging, values.length),
    );
  }
}
