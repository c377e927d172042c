import type { Picture } from '../model/picture.ts';
import type { Preprocess } from './preprocess.ts';
import { type Raster, resizeBilinear } from './resize.ts';

/** A picture as pixels of the size and the channels that `preprocess` names, still 0 … 255; BGR stays RGB here. */
export function fitPicture(picture: Picture, preprocess: Preprocess): Raster {
  const raster = preprocess.channels === 'grey' ? toGrey(picture) : { ...picture, channels: 3 };
  const [height, width] = preprocess.size;
  switch (preprocess.fit) {
    case 'stretch':
      return resizeBilinear(raster, width, height);
    case 'crop':
      return crop(raster, preprocess);
    case 'letterbox':
      return letterbox(raster, width, height);
    default:
      return preprocess.fit satisfies never;
  }
}

/** Luma of ITU-R BT.601 in 16-bit fixed point, as Pillow's `convert('L')`; taken before resizing, as scripts do. */
function toGrey({ width, height, data: rgb }: Picture): Raster {
  const data = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < data.length; i++, at += 3) {
    const sum = (rgb[at] ?? 0) * 19595 + (rgb[at + 1] ?? 0) * 38470 + (rgb[at + 2] ?? 0) * 7471 + 0x8000;
    data[i] = sum >> 16;
  }
  return { width, height, channels: 1, data };
}

/** The long side is rounded down and the middle is rounded to the upper left, as in torchvision's Resize and CenterCrop. */
function crop(raster: Raster, { size: [height, width], shortSide }: Preprocess): Raster {
  const scale =
    shortSide === undefined
      ? Math.max(width / raster.width, height / raster.height)
      : shortSide / Math.min(raster.width, raster.height);
  const resized = resizeBilinear(
    raster,
    Math.max(grown(raster.width, scale), width),
    Math.max(grown(raster.height, scale), height),
  );
  const left = Math.floor((resized.width - width) / 2);
  const top = Math.floor((resized.height - height) / 2);
  return place(resized, { width, height, left: -left, top: -top });
}

function grown(side: number, scale: number): number {
  // The side that sets the scale must come out exactly, whatever the division lost.
  return Math.floor(side * scale + 1e-6);
}

function letterbox(raster: Raster, width: number, height: number): Raster {
  const scale = Math.min(width / raster.width, height / raster.height);
  const inner = resizeBilinear(
    raster,
    Math.max(1, Math.round(raster.width * scale)),
    Math.max(1, Math.round(raster.height * scale)),
  );
  const left = Math.floor((width - inner.width) / 2);
  const top = Math.floor((height - inner.height) / 2);
  return place(inner, { width, height, left, top });
}

interface Placement {
  readonly width: number;
  readonly height: number;
  /** Where the upper left corner of the raster lies on the new one; negative when it is cut. */
  readonly left: number;
  readonly top: number;
}

/** Lays a raster on a black one, which may be smaller. */
function place(raster: Raster, { width, height, left, top }: Placement): Raster {
  if (raster.width === width && raster.height === height) return raster;
  const { channels } = raster;
  const data = new Uint8Array(width * height * channels);
  const columns = Math.min(raster.width, width);
  for (let y = Math.max(0, top); y < Math.min(height, top + raster.height); y++) {
    const from = ((y - top) * raster.width + Math.max(0, -left)) * channels;
    data.set(
      raster.data.subarray(from, from + columns * channels),
      (y * width + Math.max(0, left)) * channels,
    );
  }
  return { width, height, channels, data };
}
